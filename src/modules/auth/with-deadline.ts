import { UnavailableError } from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';

/** What a caller is told when somebody else is needed to check a token and does not answer; never who, or where. */
export const CANNOT_VERIFY = 'Tokens cannot be verified at the moment';

/** Waits no longer than the caller does. Errors: UnavailableError when time is up; the work itself goes on. */
export function withDeadline<T>(work: Promise<T>, deadline: Deadline): Promise<T> {
  return deadline.limit(work, () => new UnavailableError(CANNOT_VERIFY));
}
