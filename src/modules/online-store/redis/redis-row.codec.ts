import { WireReader, WireType, WireWriter } from '../../../common/codec/protobuf-wire.js';
import { microsOfSecond } from '../../../common/codec/timestamp.codec.js';
import { CorruptDataError, InvalidValueError } from '../../../common/errors/errors.js';
import { murmur3x86 } from './murmur3-32.js';

const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1000;
const NANOS_PER_SECOND = 1e9;
/** 0001-01-01T00:00:00Z and the second after 9999-12-31T23:59:59Z: what Python's datetime holds. */
const FIRST_SECOND = -62_135_596_800;
const END_SECOND = 253_402_300_800;

const SECONDS_FIELD = 1;
const NANOS_FIELD = 2;
const SECONDS_TAG = SECONDS_FIELD * 8 + WireType.VARINT;
const NANOS_TAG = NANOS_FIELD * 8 + WireType.VARINT;

const EMPTY = new Uint8Array(0);
const timeReader = new WireReader();
const timeWriter = new WireWriter(32);

/**
 * The key of the hash that holds all views of one entity.
 *
 * Shape:  the entity key, then the name of the project in UTF-8.
 * Source: spec/online-store-redis.md, Layout; checked against redis-vectors.json.
 */
export function redisKey(entityKey: Uint8Array, project: string): Uint8Array {
  return Buffer.concat([entityKey, Buffer.from(project, 'utf8')]);
}

/** `redisKey` of each entity key, in their order, all in one piece of memory. */
export function redisKeys(entityKeys: readonly Uint8Array[], project: string): Uint8Array[] {
  const suffix = Buffer.from(project, 'utf8');
  let length = entityKeys.length * suffix.length;
  for (const key of entityKeys) length += key.length;
  const memory = Buffer.allocUnsafeSlow(length);
  let end = 0;
  return entityKeys.map((key) => {
    const start = end;
    memory.set(key, start);
    memory.set(suffix, start + key.length);
    end = start + key.length + suffix.length;
    return memory.subarray(start, end);
  });
}

/**
 * The field of a feature.
 *
 * Shape:  4 bytes: murmur3 (x86, 32 bits) of `{view}:{feature}`, little-endian. Two features may share one.
 * Source: spec/online-store-redis.md, Layout; checked against redis-vectors.json.
 */
export function redisField(viewName: string, version: number, feature: string): Uint8Array {
  const field = Buffer.allocUnsafeSlow(4);
  field.writeUInt32LE(murmur3x86(Buffer.from(`${storedView(viewName, version)}:${feature}`, 'utf8')));
  return field;
}

/** The field of a view's event time: `_ts:{view}` in UTF-8. */
export function redisTimeField(viewName: string, version: number): Uint8Array {
  return Buffer.from(`_ts:${storedView(viewName, version)}`, 'utf8');
}

function storedView(viewName: string, version: number): string {
  return version > 0 ? `${viewName}_v${version}` : viewName;
}

/**
 * An event time as Redis holds it.
 *
 * Shape:  a protobuf Timestamp; no bytes for the epoch.
 * Units:  microseconds since the epoch, years 0001 to 9999.
 * Errors: InvalidValueError for any other number.
 * Source: spec/online-store-redis.md, Layout; checked against redis-vectors.json.
 */
export function encodeRedisTime(micros: number): Uint8Array {
  if (micros === 0) return EMPTY;
  const fraction = microsOfSecond(micros);
  const seconds = (micros - fraction) / MICROS_PER_SECOND;
  if (!(seconds >= FIRST_SECOND && seconds < END_SECOND)) {
    throw new InvalidValueError(
      `event time ${micros} (in microseconds) is outside of the years 0001 to 9999`,
    );
  }
  timeWriter.reset();
  if (seconds !== 0) {
    timeWriter.varint(SECONDS_TAG);
    timeWriter.varint64(seconds);
  }
  if (fraction !== 0) {
    timeWriter.varint(NANOS_TAG);
    timeWriter.varint(fraction * NANOS_PER_MICRO);
  }
  return timeWriter.toBytes();
}

/**
 * The event time of a row that Redis holds, as Feast reads it.
 *
 * Shape:  `bytes` from `start` until `end` are a protobuf Timestamp; an empty range is the epoch. Feast goes through
 *         a floating point number of seconds: from the year 2106 on, digits of the fraction are lost.
 * Units:  microseconds since the epoch.
 * Errors: CorruptDataError when the bytes do not decode, or name a time outside of the years 0001 to 9999.
 * Source: spec/online-store-redis.md, Read; checked against redis-vectors.json.
 */
export function decodeRedisTime(bytes: Uint8Array, start: number, end: number): number {
  let seconds: number | bigint = 0;
  let nanos = 0;
  timeReader.reset(bytes, start, end);
  while (timeReader.pos < end) {
    const tag = timeReader.tag();
    if (tag === SECONDS_TAG) seconds = timeReader.int64();
    else if (tag === NANOS_TAG) nanos = timeReader.int32();
    else timeReader.skip(tag);
  }
  if (typeof seconds === 'bigint') throw outOfRange(seconds);
  if (nanos === 0) return inRange(seconds) * MICROS_PER_SECOND;
  return microsOfFloat(seconds, nanos);
}

/** As Python's `datetime.fromtimestamp` cuts a float: to microseconds, ties to even. */
function microsOfFloat(seconds: number, nanos: number): number {
  const time = seconds + nanos / NANOS_PER_SECOND;
  if (time < END_SECOND) {
    inRange(Math.floor(time));
    const whole = Math.trunc(time);
    return whole * MICROS_PER_SECOND + roundedToEven((time - whole) * MICROS_PER_SECOND);
  }
  if (nanos < 0 || nanos >= NANOS_PER_SECOND) throw outOfRange(time);
  // Only rounding has carried the last moment of the year 9999 over its end. Feast fails; the time is a good one.
  return inRange(seconds) * MICROS_PER_SECOND + Math.trunc(nanos / NANOS_PER_MICRO);
}

function roundedToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest < 0.5 ? below : below + 1;
}

function inRange(seconds: number): number {
  if (seconds >= FIRST_SECOND && seconds < END_SECOND) return seconds;
  throw outOfRange(seconds);
}

function outOfRange(seconds: number | bigint): CorruptDataError {
  return new CorruptDataError(
    `a stored event time, ${seconds} seconds from the epoch, is outside of the years 0001 to 9999`,
  );
}
