import type { EntityColumn } from '../model/entity-column.js';
import type { JsonValue } from '../model/json-value.js';
import { ValueType, type ValueTypeNumber } from '../model/value.js';
import { convertTypedColumn, typeName } from './typed-column.js';
import { invalidColumnValue } from './value-error.js';
import { ValueProblem } from './value-problem.js';

/**
 * The values of one key of `entities` in the type of its join key, by the rules of Feast.
 *
 * Shape:  values[i] of the result is values[i] converted; the array is reused when nothing has to be converted.
 *         UNKNOWN as `declared` means: the type of the first value that is not null.
 * Errors: InvalidValueError with one issue at `['body', 'entities', name, row]`.
 * Source: spec/values.md part 2; checked against value-input-vectors.json.
 */
export function convertEntityColumn(
  name: string,
  declared: ValueTypeNumber,
  values: readonly JsonValue[],
): EntityColumn {
  try {
    return convertTypedColumn(declared, values);
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    const what =
      declared === ValueType.UNKNOWN
        ? `the type of ${name} is the one of its first value`
        : `the join key ${name} is ${typeName(declared)}`;
    throw invalidColumnValue(error, { loc: ['body', 'entities'], name, values, what });
  }
}
