/**
 * A value that does not fit its column, before anybody has said where it stands. The functions that convert whole
 * columns turn it into an InvalidValueError; it never leaves the codecs.
 */
export class ValueProblem extends Error {
  /** Undefined when the column as a whole is at fault. */
  row: number | undefined;

  /** `reason` is the rest of a sentence that begins with the value: `is not an integer`. */
  constructor(
    readonly reason: string,
    readonly type = 'value_error',
  ) {
    super(reason);
    this.name = 'ValueProblem';
  }
}

/** Converts row by row. Errors: ValueProblem with the row. */
export function mapRows<In, Out>(values: readonly In[], convert: (value: In) => Out): Out[] {
  const converted: Out[] = [];
  let row = 0;
  try {
    for (; row < values.length; row++) converted.push(convert(values[row]!));
  } catch (error) {
    if (error instanceof ValueProblem) error.row = row;
    throw error;
  }
  return converted;
}
