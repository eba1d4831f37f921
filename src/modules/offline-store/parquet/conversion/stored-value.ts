import { ValueProblem } from '../../../../common/codec/value-problem.js';
import type { JsonValue } from '../../../../common/model/json-value.js';

/**
 * A value as its physical type stores it: BOOLEAN boolean; INT32, FLOAT and DOUBLE number; INT64 bigint, or number when it
 * is safe; the others bytes (INT96 twelve of them), or text, which is stored in UTF-8.
 */
export type StoredValue = boolean | number | bigint | Buffer | string;

/** Converts one value that is not null. Errors: ValueProblem. */
export type LeafConverter = (value: JsonValue) => StoredValue;

export interface ConversionOptions {
  /**
   * Integers in a column of times count the unit of the column. `refuse`: those that plainly count another one;
   * `nanoseconds`: none.
   */
  readonly integerTimestamps: 'refuse' | 'nanoseconds';
}

/** What the values of a column around one are: pandas makes floats of integers beside a null or a fraction. */
export interface ColumnContext extends ConversionOptions {
  readonly integersAreFloats: boolean;
}

export function misfit(reason: string): never {
  throw new ValueProblem(reason);
}
