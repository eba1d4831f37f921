import { FeatureServerError } from '../../../common/errors/errors.js';
import type { TransformContext } from '../../../definitions/transform-context.js';
import type { TransformedColumns } from '../transformer.js';
import { columnsArgument, type FunctionInputs, rowArgument } from './function-inputs.js';
import { columnsResult, functionError, rowsResult } from './function-outputs.js';
import type { RepoFunction } from './repo-function.js';

type Call = (inputs: object, context: TransformContext) => unknown;

/**
 * Calls the function of a view, once for all rows or once per row, and checks what it returns.
 *
 * Returns: a promise when the function returned one.
 * Errors:  InvalidValueError with what it threw or returned wrongly: view, column and row.
 */
export function runFunction(
  fn: RepoFunction,
  inputs: FunctionInputs,
  context: TransformContext,
): TransformedColumns | Promise<TransformedColumns> {
  const call = fn.transform as Call;
  if (fn.mode === 'row') return runRows(fn, call, inputs, context);
  let result: unknown;
  try {
    result = call(columnsArgument(inputs), context);
  } catch (error) {
    fail(fn, undefined, error);
  }
  if (!(result instanceof Promise)) return columnsResult(fn, inputs.rows, result);
  return result.then(
    (columns: unknown) => columnsResult(fn, inputs.rows, columns),
    (error: unknown) => fail(fn, undefined, error),
  );
}

// oxlint-disable-next-line max-params -- the function, and what it is called with
function runRows(
  fn: RepoFunction,
  call: Call,
  inputs: FunctionInputs,
  context: TransformContext,
): TransformedColumns | Promise<TransformedColumns> {
  const results = Array<unknown>(inputs.rows);
  let waits = false;
  for (let row = 0; row < inputs.rows; row++) {
    let result: unknown;
    try {
      result = call(rowArgument(inputs, row), context);
    } catch (error) {
      fail(fn, row, error);
    }
    waits ||= result instanceof Promise;
    results[row] =
      result instanceof Promise ? result.catch((error: unknown) => fail(fn, row, error)) : result;
  }
  if (!waits) return rowsResult(fn, results);
  return Promise.all(results).then((values) => rowsResult(fn, values));
}

/** An error of ours, such as the one of a missing column, says itself where it belongs. */
function fail({ viewName }: RepoFunction, row: number | undefined, error: unknown): never {
  if (error instanceof FeatureServerError) throw error;
  const text = error instanceof Error ? error.message : String(error);
  const place = row === undefined ? '' : `row ${row}: `;
  throw functionError(viewName, place + (text || 'its function failed without a word'), error);
}
