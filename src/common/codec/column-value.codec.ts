import type { EntityColumn } from '../model/entity-column.js';
import type { JsonValue } from '../model/json-value.js';
import { ValueType, type ValueTypeNumber } from '../model/value.js';
import { arrowColumn, type ArrowType } from './arrow-column.js';
import { pandasColumn, type PandasType } from './pandas-column.js';
import { convertTypedColumn, typeName } from './typed-column.js';
import { invalidColumnValue } from './value-error.js';
import { ValueProblem } from './value-problem.js';

/**
 * A column of `df` in a write as values of the declared type of its field, by the three steps of Feast: pandas and Arrow
 * see the whole column before its type is looked at.
 *
 * Shape:  values[i] of the result is values[i] converted; the array is reused when nothing has to be converted.
 * Errors: InvalidValueError with one issue at `['body', 'df', name, row]`, without the row when it is the column.
 * Source: spec/values.md part 3; checked against value-input-vectors.json.
 */
export function convertColumn(
  name: string,
  declared: ValueTypeNumber,
  values: readonly JsonValue[],
): EntityColumn {
  try {
    const column = throughFrame(values);
    const reason = refusal(declared, column.type);
    if (reason !== undefined) throw firstValueProblem(reason, values);
    return convertTypedColumn(declared, column.values);
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    const what = `the column ${name} is ${typeName(declared)}${floatsHint(error, values)}`;
    throw invalidColumnValue(error, { loc: ['body', 'df'], name, values, what });
  }
}

/** A type of pandas that Arrow keeps as it is, or one that it infers. */
type FrameType = ArrowType | { readonly kind: Exclude<PandasType, 'object' | 'int64' | 'bool'> };

interface FrameColumn {
  readonly type: FrameType;
  readonly values: readonly JsonValue[];
}

function throughFrame(given: readonly JsonValue[]): FrameColumn {
  const { type, values } = pandasColumn(given);
  if (type === 'object') return arrowColumn(values);
  if (type === 'int64' || type === 'bool') return { type: { kind: type, hasNulls: false }, values };
  return { type: { kind: type }, values };
}

type Refusal = (type: FrameType) => string | undefined;

const refuseUnsigned: Refusal = (type) =>
  type.kind === 'uint64' ? 'is in a column with integers beyond 63 bits' : undefined;

/** Of types that take objects: elsewhere an object is a null, or told by its conversion. */
const deepRefusal: Refusal = (type) =>
  holdsMapListInStruct(type, false) ? 'holds lists of objects in an object: send JSON text' : undefined;

const REFUSALS: ReadonlyMap<ValueTypeNumber, Refusal> = new Map<ValueTypeNumber, Refusal>([
  [ValueType.DOUBLE, refuseUnsigned],
  [ValueType.BOOL, refuseUnsigned],
  [ValueType.UUID, refuseUnsigned],
  [ValueType.TIME_UUID, refuseUnsigned],
  [ValueType.DECIMAL, refuseUnsigned],
  [
    ValueType.JSON,
    (type) => (isPrintable(type) ? undefined : 'is not printed as JSON by Feast: send JSON text'),
  ],
  [ValueType.JSON_LIST, refuseUnprintableItems],
  [
    ValueType.MAP_LIST,
    (type) => (type.kind === 'list' ? 'is no list of objects for Feast: send JSON text' : undefined),
  ],
  [ValueType.MAP, deepRefusal],
  [ValueType.STRUCT_LIST, deepRefusal],
  [ValueType.STRUCT, (type) => (type.kind === 'list' ? 'is not an object' : deepRefusal(type))],
]);

/** Why the type of a column cannot be stored as the declared one, where the values alone would not tell. */
function refusal(declared: ValueTypeNumber, type: FrameType): string | undefined {
  return REFUSALS.get(declared)?.(type);
}

function refuseUnprintableItems(type: FrameType): string | undefined {
  if (type.kind !== 'list' || isPrintable(type.item)) return undefined;
  return 'holds what is not printed as JSON by Feast: send JSON texts';
}

/** What Python's `json.dumps` takes: plain floats, texts and objects, but no values and arrays of numpy. */
function isPrintable(type: FrameType): boolean {
  switch (type.kind) {
    case 'int64':
    case 'bool':
      return type.hasNulls;
    case 'uint64':
    case 'list':
      return false;
    case 'struct':
      return [...type.fields.values()].every((field) => !holdsList(field));
    case 'null':
    case 'string':
    case 'double':
    case 'float64':
      return true;
  }
}

/** Scalars in objects are plain Python values, lists are arrays of numpy. */
function holdsList(type: ArrowType): boolean {
  return type.kind === 'list' || (type.kind === 'struct' && [...type.fields.values()].some(holdsList));
}

function holdsMapListInStruct(type: FrameType, inStruct: boolean): boolean {
  if (type.kind === 'list') {
    return (inStruct && type.item.kind === 'struct') || holdsMapListInStruct(type.item, inStruct);
  }
  return (
    type.kind === 'struct' && [...type.fields.values()].some((field) => holdsMapListInStruct(field, true))
  );
}

/** `1` is refused as a float: nobody understands that without its reason. */
function floatsHint({ row }: ValueProblem, values: readonly JsonValue[]): string {
  const value = row === undefined ? undefined : values[row];
  const becameFloat = typeof value === 'number' && pandasColumn(values).type === 'float64';
  return becameFloat ? ' (a null or a fraction anywhere in a column makes all its integers floats)' : '';
}

function firstValueProblem(reason: string, values: readonly JsonValue[]): ValueProblem {
  const problem = new ValueProblem(reason);
  const row = values.findIndex((value) => value !== null);
  if (row >= 0) problem.row = row;
  return problem;
}
