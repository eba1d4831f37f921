import type { Deadline } from '../../common/model/deadline.js';
import type { WriteBatch, WriteOutcome } from '../../common/model/write-batch.js';

/** The writing side of an online store: a port of its own, because embedded stores have one writer for all readers. */
export abstract class OnlineStoreWriter {
  /**
   * Writes rows, each whole or not at all.
   *
   * Errors:  UnavailableError (down, or `deadline` passed: rows may have been stored or not). What it resolved is
   *          stored as durably as the store promises.
   */
  abstract write(batch: WriteBatch, deadline: Deadline): Promise<WriteOutcome>;

  /**
   * Looks, without the store, whether it takes values like these, so that of several batches none is written when one
   * cannot be. Errors: InvalidValueError, as `write` would throw it.
   */
  check(_batch: WriteBatch): void {
    // Most stores take everything.
  }

  /** How many rows of so many features a caller who has more should give to one `write`. */
  abstract rowsPerBatch(featureCount: number): number;

  /** Whether many rows are stored much faster when all of them come in the order of the bytes of their keys. */
  abstract readonly isFasterInKeyOrder: boolean;

  /** Releases connections. Called once. */
  abstract close(): Promise<void>;
}
