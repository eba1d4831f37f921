import { join } from 'node:path';
import { syncDirectory } from '../../common/files/durable-files.js';
import type { OfflinePushBatchingConfig } from '../../common/config/feature-store.js';
import type { OfflineStoreWriter } from '../offline-store/offline-store-writer.js';
import { BatchWriter } from './batch-writer.js';
import { DeadLetters } from './dead-letters.js';
import { finishRetries } from './dead-letter-retry.js';
import { EntryIndex } from './entry-index.js';
import { directoryWarning } from './journal-directory.js';
import type { JournalObserver } from './journal-observer.js';
import type { JournalOptions } from './journal-options.js';
import { ProgressLog } from './progress-log.js';
import { QueueFlush } from './queue-flush.js';
import { SegmentSet } from './segment-set.js';

export interface TailerSetup {
  readonly journal: JournalOptions;
  readonly batching: OfflinePushBatchingConfig;
  readonly sink: OfflineStoreWriter;
  readonly observer: JournalObserver;
  readonly timing?: Partial<TailerTiming>;
}

export interface TailerTiming {
  /** Between two looks at the directory. */
  readonly pollMs: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** After so many failures in a row that are not passing, entries are tried one by one, and those that fail given up. */
  readonly isolateAfter: number;
  /** How long another holder of the journal is waited for at start. */
  readonly lockWaitMs: number;
}

export const TAILER_TIMING: TailerTiming = {
  pollMs: 200,
  firstRetryMs: 1000,
  maxRetryMs: 60_000,
  isolateAfter: 8,
  lockWaitMs: 10_000,
};

/** What a tailer works with. */
export interface TailerParts {
  readonly segments: SegmentSet;
  readonly index: EntryIndex;
  readonly flush: QueueFlush;
}

/** Finishes what an earlier process began, and opens the journal. Only under its lock. Errors: those of the file system. */
export async function openTailerParts(
  { journal, batching, sink, observer }: TailerSetup,
  { firstRetryMs, maxRetryMs, isolateAfter }: TailerTiming,
): Promise<TailerParts> {
  const { directory } = journal;
  const warning = await directoryWarning(directory);
  if (warning !== undefined) observer.warned(warning);
  const letters = new DeadLetters(directory);
  await finishRetries(letters, directory);
  const progress = await ProgressLog.read(directory);
  const segments = new SegmentSet(journal, progress, {
    observer,
    onRetired: (names) => sink.forget(names),
  });
  // What was removed stays so before it is forgotten that it was done.
  await syncDirectory(directory);
  await progress.keepOnly(await segments.names());
  const timing = {
    batchSize: batching.batchSize,
    batchIntervalMs: batching.batchIntervalSeconds * 1000,
    firstRetryMs,
    maxRetryMs,
  };
  const index = new EntryIndex(segments, progress, {
    timing,
    observer,
    repoDir: join(directory, journal.identity.repository),
  });
  const writer = new BatchWriter({
    sink,
    letters,
    progress,
    observer,
    tail: (segment) => segments.tail(segment),
  });
  return { segments, index, flush: new QueueFlush(writer, observer, isolateAfter) };
}
