import type { EntityColumn } from '../model/entity-column.js';
import type { JsonValue } from '../model/json-value.js';
import { ValueType, type FeaturePayload, type ValueTypeName, type ValueTypeNumber } from '../model/value.js';
import { convertCollections, isCollectionType } from './collection-value.codec.js';
import { nestedConverter } from './nested-value.codec.js';
import { convertScalars, isScalarType } from './scalar-value.codec.js';
import { inferColumnType } from './value-inference.js';
import { mapRows, ValueProblem } from './value-problem.js';

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  (Object.keys(ValueType) as ValueTypeName[]).map((name) => [ValueType[name], name]),
);

/** `INT64`, for messages. */
export function typeName(type: ValueTypeNumber): string {
  return TYPE_NAMES.get(type) ?? String(type);
}

/**
 * A column of JSON values as values of its declared type, or of the type of its first value when that is UNKNOWN.
 *
 * Shape:  values[i] of the result is values[i] converted. The array itself is reused when nothing has to be converted.
 * Errors: ValueProblem, with the row where it has one.
 * Source: spec/values.md part 2; checked against value-input-vectors.json.
 */
export function convertTypedColumn(declared: ValueTypeNumber, values: readonly JsonValue[]): EntityColumn {
  const type = declared === ValueType.UNKNOWN ? inferColumnType(values) : declared;
  return { type, values: isAlreadyTyped(type, values) ? values : convertAll(type, values) };
}

/** The common case costs a look at each value and nothing else. */
function isAlreadyTyped(
  type: ValueTypeNumber,
  values: readonly JsonValue[],
): values is readonly (number | string)[] {
  if (type === ValueType.INT64) return values.every((value) => typeof value === 'number');
  if (type === ValueType.STRING)
    return values.every((value) => typeof value === 'string' && value.isWellFormed());
  if (type !== ValueType.INT32) return false;
  return values.every((value) => typeof value === 'number' && value >= INT32_MIN && value <= INT32_MAX);
}

function convertAll(type: ValueTypeNumber, values: readonly JsonValue[]): (FeaturePayload | null)[] {
  if (isScalarType(type)) return convertScalars(type, values);
  if (isCollectionType(type)) return convertCollections(type, values);
  const convert = nestedConverter(type);
  if (convert !== undefined) return mapRows(values, (value) => (value === null ? null : convert(value)));
  if (values.every((value) => value === null)) return values.map(() => null);
  throw new ValueProblem('cannot be stored as this type');
}
