import { readdir } from 'node:fs/promises';
import { isMissing } from '../../common/files/durable-files.js';
import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import type { OfflineStoreWriter } from '../offline-store/offline-store-writer.js';
import type { JournalObserver } from './journal-observer.js';
import { journalOptions } from './journal-options.js';
import { JournalTailer } from './journal-tailer.js';
import { PENDING_SUFFIX, segmentOf } from './segment-names.js';

/**
 * The tailer of a configuration, started; undefined when pushes are not batched and nothing is left of a time when they
 * were. It does not close `sink`.
 *
 * Errors: ConflictError (another server has the journal), UnavailableError; those of the file system.
 */
export async function startJournalTailer(
  configuration: LoadedConfiguration,
  sink: OfflineStoreWriter,
  observer: JournalObserver,
): Promise<JournalTailer | undefined> {
  const journal = journalOptions(configuration);
  const batching = configuration.featureStore.featureServer.offlinePushBatching;
  if (batching === null && !(await holdsSegments(journal.directory))) return undefined;
  const { batchSize, batchIntervalSeconds } = batching ?? { batchSize: 0, batchIntervalSeconds: 0 };
  return JournalTailer.start({ journal, batching: { batchSize, batchIntervalSeconds }, sink, observer });
}

async function holdsSegments(directory: string): Promise<boolean> {
  try {
    const names = await readdir(directory);
    return names.some((name) => segmentOf(name) !== undefined || name.endsWith(PENDING_SUFFIX));
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
