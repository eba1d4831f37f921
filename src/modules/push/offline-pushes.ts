import type { DataSource } from '../../common/model/data-source.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { OfflineRows } from '../offline-store/offline-store-writer.js';

/** The offline half of a push: rows for every distinct batch source behind the views that it feeds. */
export interface OfflinePush {
  readonly pushSource: string;
  /** Pushes of one buffer count together for the size of a batch; those of the push source when nothing is said. */
  readonly buffer?: string;
  readonly appends: readonly { readonly source: DataSource; readonly rows: OfflineRows }[];
}

/** Takes the offline half of pushes: at once, or by the journal where pushes are batched. */
export abstract class OfflinePushes {
  /** Refuses now what could not be stored later. Errors: those of `OfflineRowChecker.check`. */
  abstract check(push: OfflinePush, deadline: Deadline): Promise<void>;

  /**
   * `stored`: in the offline store. `queued`: on disk in the journal, and in the offline store later.
   *
   * Errors:  UnavailableError (down, full, or `deadline` passed: it may have been stored or not).
   */
  abstract store(push: OfflinePush, deadline: Deadline): Promise<'stored' | 'queued'>;
}
