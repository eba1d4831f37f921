import { CorruptDataError, InvalidRequestError, InvalidValueError } from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { OfflineRowChecker } from '../offline-store/offline-store-writer.js';
import type { OfflinePush } from './offline-pushes.js';

/**
 * Checks the rows for every source, before anything is written.
 *
 * Errors: those of the checker, of the first source; InvalidValueError for a source that is missing or cannot be read.
 */
export async function checkAppends(
  checker: OfflineRowChecker,
  { appends }: OfflinePush,
  deadline: Deadline,
): Promise<void> {
  try {
    for (const { source, rows } of appends) await checker.check(source, rows, deadline);
  } catch (error) {
    const isOfSource = error instanceof InvalidRequestError || error instanceof CorruptDataError;
    throw isOfSource ? new InvalidValueError(error.message, { cause: error }) : error;
  }
}
