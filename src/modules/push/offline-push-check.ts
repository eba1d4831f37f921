import type { Deadline } from '../../common/model/deadline.js';
import type { OfflineRowChecker } from '../offline-store/offline-store-writer.js';
import type { OfflinePush } from './offline-pushes.js';

/** Checks the rows for every source, before anything is written. Errors: those of the checker, of the first source. */
export async function checkAppends(
  checker: OfflineRowChecker,
  { appends }: OfflinePush,
  deadline: Deadline,
): Promise<void> {
  for (const { source, rows } of appends) await checker.check(source, rows, deadline);
}
