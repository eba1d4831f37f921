import {
  CorruptDataError,
  InvalidRequestError,
  InvalidValueError,
  UnavailableError,
} from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { OfflineRowChecker } from '../offline-store/offline-store-writer.js';
import type { OfflinePush } from './offline-pushes.js';

const NO_ROWS = 'df has no rows: there is nothing to add to the offline store';

/**
 * Checks the rows for every source, before anything is written.
 *
 * Errors: those of the checker, of the first source; InvalidValueError for a source that is missing or cannot be read, and
 *         for no rows at all; UnavailableError at `deadline`, however long a look at the source takes.
 */
export async function checkAppends(
  checker: OfflineRowChecker,
  { appends }: OfflinePush,
  deadline: Deadline,
): Promise<void> {
  try {
    for (const { source, rows } of appends)
      await deadline.limit(checker.check(source, rows, deadline), tooLate);
    if (appends.some(({ rows }) => rows.rows === 0)) throw new InvalidValueError(NO_ROWS);
  } catch (error) {
    const isOfSource = error instanceof InvalidRequestError || error instanceof CorruptDataError;
    throw isOfSource ? new InvalidValueError(error.message, { cause: error }) : error;
  }
}

function tooLate(): UnavailableError {
  return new UnavailableError('The offline store could not be looked into in time: nothing was stored');
}
