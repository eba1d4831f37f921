import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import { Journal } from '../journal/journal.js';
import { journalOptions } from '../journal/journal-options.js';
import type { OfflineRowChecker, OfflineStoreWriter } from '../offline-store/offline-store-writer.js';
import { DirectOfflinePushes } from './direct-offline-pushes.js';
import { JournalledOfflinePushes } from './journalled-offline-pushes.js';
import type { OfflinePushes } from './offline-pushes.js';

export interface OpenOfflinePushes {
  readonly pushes: OfflinePushes;
  /** Ends the segment of this process. The writer that was given stays open. */
  close(): Promise<void>;
}

/** Batched by the journal where `offline_push_batching_enabled` says so, else at once by `writer`. */
export function createOfflinePushes(
  configuration: LoadedConfiguration,
  checker: OfflineRowChecker,
  writer: OfflineStoreWriter,
): OpenOfflinePushes {
  if (configuration.featureStore.featureServer.offlinePushBatching === null) {
    return { pushes: new DirectOfflinePushes(checker, writer), close: () => Promise.resolve() };
  }
  const journal = new Journal(journalOptions(configuration));
  return { pushes: new JournalledOfflinePushes(checker, journal), close: () => journal.close() };
}
