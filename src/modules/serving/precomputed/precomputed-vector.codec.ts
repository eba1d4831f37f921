import { WireReader, WireType, WireWriter } from '../../../common/codec/protobuf-wire.js';
import { microsOfSecond } from '../../../common/codec/timestamp.codec.js';
import { CorruptDataError } from '../../../common/errors/errors.js';

/** The values of all features of a service for one entity, computed before. */
export interface PrecomputedVector {
  /** Full names, `view__feature`: `names[i]` belongs to `values[i]`. */
  readonly names: readonly string[];
  /** The bytes of Value messages, in the memory of the vector. */
  readonly values: readonly Uint8Array[];
  /** View → event time, microseconds since the epoch; a view without data has none. */
  readonly eventTimesMicros: ReadonlyMap<string, number>;
  readonly builtAtMicros: number;
}

const bytesField = (field: number): number => (field << 3) | WireType.LENGTH;

/** `bytes_val` of a Value. */
const VALUE_BYTES = bytesField(1);
const NAMES = bytesField(1);
const VALUES = bytesField(2);
const VIEW_TIMES = bytesField(3);
const BUILT_AT = bytesField(4);
const VIEW_NAME = bytesField(1);
const VIEW_TIME = bytesField(2);
const SECONDS = 1 << 3;
const NANOS = 2 << 3;

/**
 * Reads the stored value of a precomputed feature service.
 *
 * Shape:  `stored` is a Value whose `bytes_val` is a `feast.core.PrecomputedFeatureVector`. Undefined for a null.
 * Errors: CorruptDataError.
 * Source: spec/online-read.md part 8.
 */
export function decodePrecomputedVector(stored: Uint8Array): PrecomputedVector | undefined {
  if (stored.length === 0) return undefined;
  const value = new WireReader(stored);
  if (value.tag() !== VALUE_BYTES) throw new CorruptDataError('a precomputed vector is not stored as bytes');
  return readVector(value.bytesView());
}

function readVector(bytes: Uint8Array): PrecomputedVector {
  const names: string[] = [];
  const values: Uint8Array[] = [];
  const eventTimesMicros = new Map<string, number>();
  let builtAtMicros = 0;
  const reader = new WireReader(bytes);
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === NAMES) names.push(reader.string());
    else if (tag === VALUES) values.push(reader.bytesView());
    else if (tag === VIEW_TIMES) eventTimesMicros.set(...readViewTime(reader.bytesView()));
    else if (tag === BUILT_AT) builtAtMicros = readTimestamp(reader.bytesView());
    else reader.skip(tag);
  }
  if (names.length !== values.length) {
    throw new CorruptDataError(`a precomputed vector has ${names.length} names and ${values.length} values`);
  }
  return { names, values, eventTimesMicros, builtAtMicros };
}

function readViewTime(bytes: Uint8Array): [string, number] {
  let name = '';
  let micros = 0;
  const reader = new WireReader(bytes);
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === VIEW_NAME) name = reader.string();
    else if (tag === VIEW_TIME) micros = readTimestamp(reader.bytesView());
    else reader.skip(tag);
  }
  return [name, micros];
}

function readTimestamp(bytes: Uint8Array): number {
  let seconds = 0;
  let nanos = 0;
  const reader = new WireReader(bytes);
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === SECONDS) seconds = Number(reader.int64());
    else if (tag === NANOS) nanos = reader.int32();
    else reader.skip(tag);
  }
  return seconds * 1_000_000 + Math.floor(nanos / 1000);
}

/** Field numbers of the messages that are written. */
const FIELD = { names: 1, values: 2, viewTimes: 3, builtAt: 4 } as const;
const VIEW_TIME_FIELD = { name: 1, time: 2 } as const;
const TIMESTAMP_FIELD = { seconds: 1, nanos: 2 } as const;
const VALUE_BYTES_FIELD = 1;
const EMPTY = new Uint8Array(0);
const NANOS_PER_MICRO = 1000;
const MICROS_PER_SECOND = 1_000_000;

const bodyWriter = new WireWriter(1024);
const storedWriter = new WireWriter(1024);

/** What a vector says, without the time of its making. */
export interface VectorContent {
  readonly names: readonly string[];
  /** The bytes of Value messages; undefined is a null. */
  readonly values: readonly (Uint8Array | undefined)[];
  /** View, as names begin with it, and the time of its row, in the order of the service. */
  readonly viewTimes: readonly (readonly [view: string, micros: number])[];
}

/** The bytes of a `PrecomputedFeatureVector` up to the time of its making, which is its last field. */
export function encodeVectorContent({ names, values, viewTimes }: VectorContent): Uint8Array {
  const out = bodyWriter;
  out.reset();
  for (const name of names) {
    out.tag(FIELD.names, WireType.LENGTH);
    out.string(name);
  }
  for (const value of values) {
    out.tag(FIELD.values, WireType.LENGTH);
    out.bytes(value ?? EMPTY);
  }
  for (const [view, micros] of viewTimes) {
    out.lengthDelimited(FIELD.viewTimes, () => {
      out.tag(VIEW_TIME_FIELD.name, WireType.LENGTH);
      out.string(view);
      out.lengthDelimited(VIEW_TIME_FIELD.time, () => writeTimestamp(out, micros));
    });
  }
  return out.toBytes();
}

/**
 * The stored value of a vector: what `decodePrecomputedVector` reads.
 *
 * Source: the bytes that Feast 0.66 writes, whose fields stand in the order of their numbers.
 */
export function encodePrecomputedVector(content: Uint8Array, builtAtMicros: number): Uint8Array {
  bodyWriter.reset();
  bodyWriter.raw(content);
  bodyWriter.lengthDelimited(FIELD.builtAt, () => writeTimestamp(bodyWriter, builtAtMicros));
  storedWriter.reset();
  storedWriter.tag(VALUE_BYTES_FIELD, WireType.LENGTH);
  storedWriter.bytes(bodyWriter.toBytes());
  return storedWriter.toBytes();
}

/** Whether a stored vector says this, whenever it was made. */
export function holdsContent(stored: Uint8Array, content: Uint8Array): boolean {
  const value = new WireReader(stored);
  if (stored.length === 0 || value.tag() !== VALUE_BYTES) return false;
  const vector = value.bytesView();
  if (vector.length <= content.length || vector[content.length] !== BUILT_AT) return false;
  return Buffer.compare(vector.subarray(0, content.length), content) === 0;
}

function writeTimestamp(out: WireWriter, micros: number): void {
  const fraction = microsOfSecond(micros);
  const seconds = (micros - fraction) / MICROS_PER_SECOND;
  if (seconds !== 0) {
    out.tag(TIMESTAMP_FIELD.seconds, WireType.VARINT);
    out.varint64(seconds);
  }
  if (fraction !== 0) {
    out.tag(TIMESTAMP_FIELD.nanos, WireType.VARINT);
    out.varint(fraction * NANOS_PER_MICRO);
  }
}
