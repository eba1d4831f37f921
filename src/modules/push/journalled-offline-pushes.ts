import type { Deadline } from '../../common/model/deadline.js';
import type { Journal } from '../journal/journal.js';
import type { OfflineRowChecker } from '../offline-store/offline-store-writer.js';
import { checkAppends } from './offline-push-check.js';
import { type OfflinePush, OfflinePushes } from './offline-pushes.js';

/** Writes the rows to the journal, from which another process brings them into the offline store. */
export class JournalledOfflinePushes extends OfflinePushes {
  constructor(
    private readonly checker: OfflineRowChecker,
    private readonly journal: Journal,
  ) {
    super();
  }

  override check(push: OfflinePush, deadline: Deadline): Promise<void> {
    return checkAppends(this.checker, push, deadline);
  }

  override async store({ pushSource, buffer, appends }: OfflinePush, deadline: Deadline): Promise<'queued'> {
    await this.journal.append(pushSource, appends, deadline, buffer);
    return 'queued';
  }
}
