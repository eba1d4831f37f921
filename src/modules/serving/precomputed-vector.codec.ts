import { WireReader, WireType } from '../../common/codec/protobuf-wire.js';
import { CorruptDataError } from '../../common/errors/errors.js';

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
