import {
  NULL_TIMESTAMP,
  ValueType,
  type FeatureMap,
  type FeaturePayload,
  type FeatureScalar,
  type FeatureValue,
  type ValueTypeNumber,
  type ZonedTimestamp,
} from '../../../common/model/value.js';

import { setMember } from './named-members.js';

type Reader = (payload: FeaturePayload) => unknown;

const asItIs: Reader = (payload) => payload;
/** Digits beyond 2^53 are lost: a transformation counts in numbers. */
const wholeNumber: Reader = (payload) => Number(payload);
const listOf =
  (item: Reader): Reader =>
  (payload) =>
    (payload as readonly FeatureScalar[]).map(item);
const setOf =
  (item: Reader): Reader =>
  (payload) =>
    new Set((payload as readonly FeatureScalar[]).map(item));

/** A scalar, and the types of its list and its set. */
type Family = readonly [ValueTypeNumber, Reader, list: ValueTypeNumber, set?: ValueTypeNumber];

const FAMILIES: readonly Family[] = [
  [ValueType.BYTES, asItIs, ValueType.BYTES_LIST, ValueType.BYTES_SET],
  [ValueType.STRING, asItIs, ValueType.STRING_LIST, ValueType.STRING_SET],
  [ValueType.INT32, wholeNumber, ValueType.INT32_LIST, ValueType.INT32_SET],
  [ValueType.INT64, wholeNumber, ValueType.INT64_LIST, ValueType.INT64_SET],
  [ValueType.DOUBLE, asItIs, ValueType.DOUBLE_LIST, ValueType.DOUBLE_SET],
  [ValueType.FLOAT, asItIs, ValueType.FLOAT_LIST, ValueType.FLOAT_SET],
  [ValueType.BOOL, asItIs, ValueType.BOOL_LIST, ValueType.BOOL_SET],
  [ValueType.UNIX_TIMESTAMP, dateOf, ValueType.UNIX_TIMESTAMP_LIST, ValueType.UNIX_TIMESTAMP_SET],
  [ValueType.JSON, documentOf, ValueType.JSON_LIST],
  [ValueType.UUID, asItIs, ValueType.UUID_LIST, ValueType.UUID_SET],
  [ValueType.TIME_UUID, asItIs, ValueType.TIME_UUID_LIST, ValueType.TIME_UUID_SET],
  [ValueType.DECIMAL, asItIs, ValueType.DECIMAL_LIST, ValueType.DECIMAL_SET],
];

const READERS: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  ...FAMILIES.flatMap(([scalar, read, list, set]): [number, Reader][] => [
    [scalar, read],
    [list, listOf(read)],
    ...(set === undefined ? [] : [[set, setOf(read)] as [number, Reader]]),
  ]),
  [ValueType.MAP, (payload) => objectOf(payload as FeatureMap)],
  [ValueType.STRUCT, (payload) => objectOf(payload as FeatureMap)],
  [ValueType.MAP_LIST, (payload) => (payload as readonly FeatureMap[]).map(objectOf)],
  [ValueType.STRUCT_LIST, (payload) => (payload as readonly FeatureMap[]).map(objectOf)],
  [ValueType.VALUE_LIST, (payload) => (payload as readonly FeatureValue[]).map(transformValue)],
  [ValueType.VALUE_SET, (payload) => new Set((payload as readonly FeatureValue[]).map(transformValue))],
  [ValueType.SCALAR_MAP, scalarMapOf],
  [ValueType.ZONED_TIMESTAMP, (payload) => zonedTimeOf(payload as ZonedTimestamp)],
]);

/**
 * A stored value as a transformation in TypeScript gets it: see `ReadOf` of the types of fields. What was stored decides,
 * not what is declared now.
 */
export function transformValue(value: FeatureValue): unknown {
  return value === null ? null : transformPayload(value.type, value.value);
}

/** The same for a value whose type is said beside it. */
export function transformPayload(type: ValueTypeNumber, payload: FeaturePayload | null): unknown {
  if (payload === null) return null;
  return (READERS.get(type) ?? asItIs)(payload);
}

function dateOf(seconds: FeaturePayload): Date | null {
  return seconds === NULL_TIMESTAMP ? null : new Date(Number(seconds) * 1000);
}

function documentOf(text: FeaturePayload): unknown {
  try {
    return JSON.parse(text as string) as unknown;
  } catch {
    // Whoever wrote it did not check it.
    return text;
  }
}

function objectOf(map: FeatureMap): object {
  const object: Record<string, unknown> = {};
  for (const [name, member] of map) setMember(object, name, transformValue(member));
  return object;
}

function scalarMapOf(payload: FeaturePayload): ReadonlyMap<unknown, unknown> {
  const entries = payload as readonly (readonly [FeatureValue, FeatureValue])[];
  return new Map(entries.map(([key, value]) => [transformValue(key), transformValue(value)]));
}

function zonedTimeOf({ seconds, zone }: ZonedTimestamp): unknown {
  return seconds === NULL_TIMESTAMP ? null : { time: new Date(Number(seconds) * 1000), zone };
}
