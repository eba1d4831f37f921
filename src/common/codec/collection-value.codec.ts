import { JsonFloat, type JsonObject, type JsonValue } from '../model/json-value.js';
import { NULL_TIMESTAMP, ValueType, type FeatureScalar, type ValueTypeNumber } from '../model/value.js';
import { jsonText } from './json-text.js';
import { pythonNumberSet, type PythonNumber } from './python-set.js';
import { pythonText } from './python-text.js';
import { requireEncodable, toDouble, toInt32, toInt64, toTimestamp } from './scalar-value.codec.js';
import { mapRows, ValueProblem } from './value-problem.js';

interface ItemRule {
  /** What the items of the first list that is not empty must be. */
  readonly isExpected: (item: JsonValue) => boolean;
  readonly expected: string;
  /** What stands for null in a list. */
  readonly zero: () => FeatureScalar;
  readonly convert: (item: JsonValue) => FeatureScalar;
}

const isInteger = (item: JsonValue): boolean => typeof item === 'number' || typeof item === 'bigint';
const isText = (item: JsonValue): boolean => typeof item === 'string';
const isFloat = (item: JsonValue): boolean => item instanceof JsonFloat;

const INT32: ItemRule = {
  isExpected: isInteger,
  expected: 'an integer',
  zero: () => 0,
  convert: itemToInt32,
};
const INT64: ItemRule = { ...INT32, convert: itemToInt64 };
const DOUBLE: ItemRule = {
  isExpected: isFloat,
  expected: 'a number with a fraction (1.0, not 1)',
  zero: () => 0,
  convert: itemToDouble,
};
const FLOAT: ItemRule = { ...DOUBLE, convert: (item) => Math.fround(itemToDouble(item)) };
const STRING: ItemRule = { isExpected: isText, expected: 'a text', zero: () => '', convert: itemToString };
/** Only the first list is checked; later items of any kind are printed. */
const PRINTED: ItemRule = { ...STRING, convert: (item) => requireEncodable(pythonText(item)) };
const BOOL: ItemRule = {
  isExpected: (item) => typeof item === 'boolean',
  expected: 'a boolean',
  zero: () => false,
  convert: isTruthy,
};
const BYTES: ItemRule = {
  isExpected: () => false,
  expected: 'bytes, which JSON cannot hold',
  zero: () => new Uint8Array(0),
  convert: refuseBytes,
};
const TIMESTAMP: ItemRule = { ...INT32, zero: () => NULL_TIMESTAMP, convert: itemToTimestamp };

type Shape = 'list' | 'set';

const COLLECTIONS: ReadonlyMap<ValueTypeNumber, readonly [Shape, ItemRule]> = new Map<
  ValueTypeNumber,
  readonly [Shape, ItemRule]
>([
  [ValueType.BYTES_LIST, ['list', BYTES]],
  [ValueType.STRING_LIST, ['list', STRING]],
  [ValueType.INT32_LIST, ['list', INT32]],
  [ValueType.INT64_LIST, ['list', INT64]],
  [ValueType.DOUBLE_LIST, ['list', DOUBLE]],
  [ValueType.FLOAT_LIST, ['list', FLOAT]],
  [ValueType.BOOL_LIST, ['list', BOOL]],
  [ValueType.UNIX_TIMESTAMP_LIST, ['list', TIMESTAMP]],
  [ValueType.UUID_LIST, ['list', PRINTED]],
  [ValueType.TIME_UUID_LIST, ['list', PRINTED]],
  [ValueType.DECIMAL_LIST, ['list', PRINTED]],
  [ValueType.BYTES_SET, ['set', BYTES]],
  [ValueType.STRING_SET, ['set', STRING]],
  [ValueType.INT32_SET, ['set', INT32]],
  [ValueType.INT64_SET, ['set', INT64]],
  [ValueType.DOUBLE_SET, ['set', DOUBLE]],
  [ValueType.FLOAT_SET, ['set', FLOAT]],
  [ValueType.BOOL_SET, ['set', BOOL]],
  [ValueType.UNIX_TIMESTAMP_SET, ['set', TIMESTAMP]],
  [ValueType.UUID_SET, ['set', PRINTED]],
  [ValueType.TIME_UUID_SET, ['set', PRINTED]],
  [ValueType.DECIMAL_SET, ['set', PRINTED]],
]);

export function isCollectionType(type: ValueTypeNumber): boolean {
  return COLLECTIONS.has(type);
}

/**
 * Values of a column of lists or sets of scalars.
 *
 * Shape:  null stays null, an empty list stays empty; null items of a list become the zero of the type. Sets lose
 *         repetitions; numbers have the order of a Python set, texts keep the order of the list.
 * Errors: ValueProblem with the row. The items of the first list that is not empty are checked strictly, the
 *         others only as far as they must be stored.
 * Source: spec/values.md part 2.3.
 */
export function convertCollections(
  type: ValueTypeNumber,
  values: readonly JsonValue[],
): (FeatureScalar[] | null)[] {
  const [shape, rule] = COLLECTIONS.get(type)!;
  let checked = false;
  return mapRows(values, (value) => {
    if (value === null) return null;
    const items = shape === 'set' ? membersOf(value) : iterate(value);
    if (!checked && !isEmptyContainer(value)) {
      checkItems(items, rule);
      checked = true;
    }
    const zero = shape === 'list' ? rule.zero : undefined;
    return items.map((item) => (item === null && zero !== undefined ? zero() : rule.convert(item)));
  });
}

/** True for what says nothing about the type of its column: an empty list, an empty object. */
export function isEmptyContainer(value: JsonValue): boolean {
  return value instanceof Map ? value.size === 0 : Array.isArray(value) && value.length === 0;
}

/** What Python sees when it goes through a value: items, the characters of a text, the keys of an object. */
export function iterate(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  if (typeof value === 'string') return Array.from(value);
  if (value instanceof Map) return [...(value as JsonObject).keys()];
  throw new ValueProblem('is not a list', 'list_type');
}

function membersOf(value: JsonValue): readonly JsonValue[] {
  if (!Array.isArray(value)) return iterate(value);
  const numbers: PythonNumber[] = [];
  const others = new Set<null | string>();
  for (const item of value as readonly JsonValue[]) {
    if (item === null || typeof item === 'string') others.add(item);
    else if (typeof item !== 'object' || item instanceof JsonFloat) numbers.push(item);
    else
      throw new ValueProblem('holds a list or an object, which cannot be in a set', 'set_item_not_hashable');
  }
  return others.size === 0 ? pythonNumberSet(numbers) : [...others, ...pythonNumberSet(numbers)];
}

function checkItems(items: readonly JsonValue[], rule: ItemRule): void {
  const wrong = items.findIndex((item) => item !== null && !rule.isExpected(item));
  if (wrong >= 0) throw itemProblem(items[wrong]!, rule.expected);
}

function itemProblem(item: JsonValue, expected: string): ValueProblem {
  const shown =
    item instanceof Map || Array.isArray(item) ? 'a list or an object' : jsonText(item).slice(0, 60);
  return new ValueProblem(`holds ${shown}, which is not ${expected}`, 'list_item_type');
}

/** Later lists may hold booleans among the integers. */
function requireIndex(item: JsonValue): boolean | number | bigint {
  if (typeof item === 'boolean' || typeof item === 'number' || typeof item === 'bigint') return item;
  throw itemProblem(item, INT32.expected);
}

function itemToInt32(item: JsonValue): FeatureScalar {
  return toInt32(requireIndex(item));
}

function itemToInt64(item: JsonValue): FeatureScalar {
  return toInt64(requireIndex(item));
}

function itemToDouble(item: JsonValue): number {
  return toDouble(item instanceof JsonFloat ? item : requireIndex(item));
}

function itemToString(item: JsonValue): string {
  if (typeof item !== 'string') throw itemProblem(item, STRING.expected);
  return requireEncodable(item);
}

function itemToTimestamp(item: JsonValue): FeatureScalar {
  if (item === null || item instanceof Map || Array.isArray(item))
    throw itemProblem(item, 'a time in seconds');
  return toTimestamp(item as boolean | number | bigint | string | JsonFloat);
}

function refuseBytes(item: JsonValue): never {
  throw itemProblem(item, BYTES.expected);
}

/** Python's `bool(value)`. */
function isTruthy(value: JsonValue): boolean {
  if (value instanceof JsonFloat) return value.value !== 0;
  if (value instanceof Map || Array.isArray(value)) return !isEmptyContainer(value);
  return Boolean(value);
}
