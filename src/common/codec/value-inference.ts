import { JsonFloat, type JsonValue } from '../model/json-value.js';
import { ValueType, type ValueTypeNumber } from '../model/value.js';
import { isEmptyContainer } from './collection-value.codec.js';
import { ValueProblem } from './value-problem.js';

const LISTS: ReadonlyMap<ValueTypeNumber, ValueTypeNumber> = new Map<ValueTypeNumber, ValueTypeNumber>([
  [ValueType.INT64, ValueType.INT64_LIST],
  [ValueType.DOUBLE, ValueType.DOUBLE_LIST],
  [ValueType.STRING, ValueType.STRING_LIST],
  [ValueType.BOOL, ValueType.BOOL_LIST],
]);

/**
 * The type of a column that nobody declared: the one of its first value that is not null, an empty list or an empty
 * object.
 *
 * Shape:  UNKNOWN when every value is null.
 * Errors: ValueProblem when nothing but nulls and empty lists or objects is there, or when the first value is a list
 *         whose items have no common type.
 * Source: spec/values.md part 2.1.
 */
export function inferColumnType(values: readonly JsonValue[]): ValueTypeNumber {
  const row = values.findIndex((value) => value !== null && !isEmptyContainer(value));
  if (row >= 0) return inferAt(values, row);
  const empty = values.findIndex((value) => value !== null);
  if (empty < 0) return ValueType.UNKNOWN;
  const problem = new ValueProblem('is empty, and nothing else says what type is meant');
  problem.row = empty;
  throw problem;
}

function inferAt(values: readonly JsonValue[], row: number): ValueTypeNumber {
  try {
    return inferType(values[row]!);
  } catch (error) {
    if (error instanceof ValueProblem) error.row = row;
    throw error;
  }
}

function inferType(value: JsonValue): ValueTypeNumber {
  return Array.isArray(value) ? inferListType(value as readonly JsonValue[]) : inferPlainType(value);
}

function inferPlainType(value: JsonValue): ValueTypeNumber {
  if (value instanceof JsonFloat) return ValueType.DOUBLE;
  if (value instanceof Map) return ValueType.MAP;
  if (typeof value === 'string') return ValueType.STRING;
  return typeof value === 'boolean' ? ValueType.BOOL : ValueType.INT64;
}

function inferListType(items: readonly JsonValue[]): ValueTypeNumber {
  if (items[0] instanceof Map) return ValueType.MAP_LIST;
  let common: ValueTypeNumber | undefined;
  for (const item of items) {
    if (item === null) throw new ValueProblem('holds a null, which has no type');
    if (Array.isArray(item)) {
      throw new ValueProblem(
        'holds lists in a list, whose type cannot be inferred: declare the type of the field',
      );
    }
    const type = inferPlainType(item);
    if (common !== undefined && type !== common) throw new ValueProblem('holds items of different types');
    common = type;
  }
  return LISTS.get(common!)!;
}
