import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import type { ValueTypeNumber } from '../../common/model/value.js';
import { ValueType } from '../../common/model/value.js';

const EMPTY_MAP: ReadonlyMap<string, string> = new Map();
/** Feast's types for PDF and image bytes: its registries hold the numbers, though its protos do not name them. */
const PDF_BYTES = 30;
const IMAGE_BYTES = 31;
const VALUE_TYPES = new Map<number, ValueTypeNumber>([
  ...Object.values(ValueType).map((number): [number, ValueTypeNumber] => [number, number]),
  [PDF_BYTES, ValueType.BYTES],
  [IMAGE_BYTES, ValueType.BYTES],
]);

/** Shape: a `map<string, string>` of the registry as a map; one shared map for all that are empty. */
export function decodeStringMap(map: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const entries = Object.entries(map);
  return entries.length === 0 ? EMPTY_MAP : new Map(entries);
}

/** Shape: PDF and image bytes are BYTES, as which they are stored; a number that nobody knows is UNKNOWN. */
export function decodeValueType(number: number): ValueTypeNumber {
  return VALUE_TYPES.get(number) ?? ValueType.UNKNOWN;
}

/** Units: milliseconds, with a fraction where the duration has one; an absent duration is 0. */
export function decodeDurationMs(duration: Duration | undefined): number {
  return duration === undefined ? 0 : Number(duration.seconds) * 1000 + duration.nanos / 1_000_000;
}

/** Units: microseconds since the epoch; an absent time is 0. */
export function decodeTimestampMicros(timestamp: Timestamp | undefined): number {
  return timestamp === undefined
    ? 0
    : Number(timestamp.seconds) * 1_000_000 + Math.floor(timestamp.nanos / 1000);
}
