import { ValueProblem } from '../../../common/codec/value-problem.js';
import { InvalidValueError } from '../../../common/errors/errors.js';
import type { EntityColumn } from '../../../common/model/entity-column.js';
import type { FeaturePayload } from '../../../common/model/value.js';
import type { TransformedColumns } from '../transformer.js';
import { payloadWriter } from './computed-value.js';
import type { FunctionOutput, RepoFunction } from './repo-function.js';

/** What is wrong with a function, in the words of its author's view. */
export function functionError(viewName: string, what: string, cause?: unknown): InvalidValueError {
  return new InvalidValueError(`On-demand feature view ${viewName}: ${what}`, { cause });
}

/**
 * What a function of the mode `columns` returned, as typed columns.
 *
 * Errors: InvalidValueError that names view, column and row.
 */
export function columnsResult(fn: RepoFunction, rows: number, result: unknown): TransformedColumns {
  const columns = requireObject(fn, result, 'columns');
  return new Map(
    fn.outputs.map((output) => {
      const given = columns[output.name];
      if (given === undefined) throw functionError(fn.viewName, `its function returned no ${output.name}`);
      if (!isColumn(given))
        throw functionError(fn.viewName, `${output.name} must be a list with a value per row`);
      if (given.length !== rows) {
        throw functionError(fn.viewName, `${output.name} has ${given.length} values for ${rows} rows`);
      }
      return [output.name, column(fn, output, given)];
    }),
  );
}

/** What a function of the mode `row` returned, row by row. Errors: as `columnsResult`. */
export function rowsResult(fn: RepoFunction, results: readonly unknown[]): TransformedColumns {
  const rows = results.map((result, row) => requireObject(fn, result, 'values', row));
  return new Map(
    fn.outputs.map((output) => {
      const { name } = output;
      const given = Array<unknown>(rows.length);
      for (let row = 0; row < rows.length; row++) given[row] = rows[row]?.[name];
      return [name, column(fn, output, given)];
    }),
  );
}

/** Float arrays count as lists. */
function isColumn(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function column(
  { viewName }: RepoFunction,
  { name, type, shape }: FunctionOutput,
  given: ArrayLike<unknown>,
): EntityColumn {
  const payloadOf = payloadWriter(shape, type);
  const values = Array<FeaturePayload | null>(given.length);
  let row = 0;
  try {
    for (; row < values.length; row++) {
      const value = given[row];
      if (value === undefined)
        throw functionError(viewName, `${name}[${row}] is missing: return null for no value`);
      values[row] = value === null ? null : payloadOf(value);
    }
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    throw functionError(viewName, `${name}[${row}] ${error.reason}`);
  }
  return { type, values };
}

// oxlint-disable-next-line max-params -- a result, and how messages call it
function requireObject(
  { viewName, outputs }: RepoFunction,
  result: unknown,
  what: string,
  row?: number,
): Readonly<Record<string, unknown>> {
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) {
    return result as Readonly<Record<string, unknown>>;
  }
  const place = row === undefined ? '' : ` for row ${row}`;
  const wanted = `{ ${outputs.map(({ name }) => name).join(', ')} }`;
  throw functionError(viewName, `its function must return the ${what} ${wanted}${place}`);
}
