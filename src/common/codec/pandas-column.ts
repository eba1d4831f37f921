import { JsonFloat, type JsonValue } from '../model/json-value.js';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

export type PandasType = 'int64' | 'uint64' | 'float64' | 'bool' | 'object';

export interface PandasColumn {
  readonly type: PandasType;
  /** The values given, or floats instead of numbers and nulls when the type is float64. */
  readonly values: readonly JsonValue[];
}

/** What is in a column, as far as its type depends on it. */
interface Census {
  nulls: boolean;
  bools: boolean;
  floats: boolean;
  ints: boolean;
  /** Integers below 0. */
  negatives: boolean;
  /** Integers above the signed range. */
  unsigned: boolean;
  /** Texts, lists, objects, and integers beyond 64 bits. */
  others: boolean;
}

/**
 * A column as pandas holds it: the first of the three steps of a written column.
 *
 * Shape:  numbers next to nulls become floats, with NaN for null and with digits lost above 2^53.
 * Source: spec/values.md part 3; checked against the dtypes in value-input-vectors.json.
 */
export function pandasColumn(values: readonly JsonValue[]): PandasColumn {
  const type = pandasType(censusOf(values));
  return { type, values: type === 'float64' ? values.map(toFloat) : values };
}

function pandasType(census: Census): PandasType {
  if (census.others || (census.unsigned && census.negatives)) return 'object';
  if (census.bools) return isOnlyBools(census) ? 'bool' : 'object';
  if (census.floats) return 'float64';
  if (!census.ints) return 'object';
  if (census.nulls) return 'float64';
  return census.unsigned ? 'uint64' : 'int64';
}

function isOnlyBools({ ints, floats, nulls }: Census): boolean {
  return !ints && !floats && !nulls;
}

function censusOf(values: readonly JsonValue[]): Census {
  const census: Census = {
    nulls: false,
    bools: false,
    floats: false,
    ints: false,
    negatives: false,
    unsigned: false,
    others: false,
  };
  for (const value of values) {
    if (typeof value === 'number') {
      census.ints = true;
      if (value < 0) census.negatives = true;
    } else if (value === null) census.nulls = true;
    else if (typeof value === 'boolean') census.bools = true;
    else if (value instanceof JsonFloat) census.floats = true;
    else if (typeof value === 'bigint') countBigInteger(census, value);
    else census.others = true;
    if (census.others) break;
  }
  return census;
}

function countBigInteger(census: Census, value: bigint): void {
  census.ints = true;
  if (value < 0n) census.negatives = true;
  if (value > INT64_MAX) census.unsigned = true;
  if (value < INT64_MIN || value > UINT64_MAX) census.others = true;
}

function toFloat(value: JsonValue): JsonFloat {
  if (value instanceof JsonFloat) return value;
  return new JsonFloat(value === null ? NaN : Number(value));
}
