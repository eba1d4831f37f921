import type { ChannelClient } from '../../common/channel/channel-client.js';
import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import { Journal } from '../journal/journal.js';
import { journalOptions } from '../journal/journal-options.js';
import { GroupingOfflineStoreWriter } from '../offline-store/grouping-offline-store-writer.js';
import {
  createOfflineRowChecker,
  createOfflineStoreWriter,
  isFileOfflineStore,
} from '../offline-store/offline-store-writer-factory.js';
import type { OfflineRowChecker, OfflineStoreWriter } from '../offline-store/offline-store-writer.js';
import { RemoteOfflineStoreWriter } from '../offline-store/remote/remote-offline-store-writer.js';
import { DirectOfflinePushes } from './direct-offline-pushes.js';
import { JournalledOfflinePushes } from './journalled-offline-pushes.js';
import { NoOfflinePushes } from './no-offline-pushes.js';
import type { OfflinePushes } from './offline-pushes.js';

/** Requests have their own, shorter limits; a merge goes on when nobody waits any more. */
const APPEND_TIMEOUT_MS = 600_000;

export interface OpenOfflinePushes {
  readonly pushes: OfflinePushes;
  /** Ends what is open in this process. */
  close(): Promise<void>;
}

type Configuration = Pick<LoadedConfiguration, 'featureStore' | 'salver'>;

/**
 * For a process that serves: batched by the journal where `offline_push_batching_enabled` says so, else at once, through
 * `channel` to the writer process where there is one.
 */
export function createServingOfflinePushes(
  configuration: Configuration,
  channel: ChannelClient | undefined,
): OpenOfflinePushes {
  const { offlineStore, repoDir } = configuration.featureStore;
  if (!isFileOfflineStore(offlineStore)) {
    return { pushes: new NoOfflinePushes(offlineStore.type), close: () => Promise.resolve() };
  }
  const checker = createOfflineRowChecker(offlineStore, repoDir, configuration.salver);
  const writer =
    channel === undefined
      ? new GroupingOfflineStoreWriter(
          createOfflineStoreWriter(offlineStore, repoDir, configuration.salver),
          repoDir,
        )
      : new RemoteOfflineStoreWriter(channel, APPEND_TIMEOUT_MS);
  return createOfflinePushes(configuration, checker, writer);
}

/** `writer` is closed with them. */
function createOfflinePushes(
  configuration: Configuration,
  checker: OfflineRowChecker,
  writer: OfflineStoreWriter,
): OpenOfflinePushes {
  if (configuration.featureStore.featureServer.offlinePushBatching === null) {
    return { pushes: new DirectOfflinePushes(checker, writer), close: () => writer.close() };
  }
  const journal = new Journal(journalOptions(configuration));
  return {
    pushes: new JournalledOfflinePushes(checker, journal),
    close: async () => void (await Promise.all([journal.close(), writer.close()])),
  };
}
