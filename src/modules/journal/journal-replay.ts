import type { OfflineStoreWriter } from '../offline-store/offline-store-writer.js';
import type { JournalObserver } from './journal-observer.js';
import type { JournalOptions } from './journal-options.js';
import { JournalTailer } from './journal-tailer.js';

export interface JournalReplay {
  readonly entries: number;
  readonly rows: number;
  readonly deadLetters: number;
  /** What the offline store did not take now. */
  readonly waiting: number;
}

/** As long as a timer can wait: a person waits, and can stop it at any time. */
const NO_LIMIT_MS = 2_147_483_647;

/**
 * Brings what waits into the offline store, each source as long as it takes it. `say` is told what a person should know.
 *
 * Errors: ConflictError (a server has the journal), UnavailableError; those of the file system.
 */
export async function replayJournal(
  journal: JournalOptions,
  sink: OfflineStoreWriter,
  say: (line: string) => void,
): Promise<JournalReplay> {
  const counts = { entries: 0, rows: 0, deadLetters: 0 };
  const observer: JournalObserver = {
    stored: (_source, entries, rows) => {
      counts.entries += entries;
      counts.rows += rows;
    },
    flushFailed: (source, error) => say(`${source}: ${error.message}`),
    deadLettered: (source, entries, reason) => {
      counts.deadLetters += entries;
      say(`${source}: ${entries} refused: ${reason}`);
    },
    warned: say,
  };
  const batching = { batchSize: 0, batchIntervalSeconds: 0 };
  const tailer = await JournalTailer.start({ journal, batching, sink, observer, timing: { lockWaitMs: 0 } });
  await tailer.stop(NO_LIMIT_MS);
  return { ...counts, waiting: tailer.state().entriesWaiting };
}
