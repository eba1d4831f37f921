import type { DataSource } from '../../common/model/data-source.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { JsonValue } from '../../common/model/json-value.js';

/** Rows for the history of one source, as they were sent. */
export interface OfflineRows {
  /** Column of the source → one value per row. */
  readonly columns: ReadonlyMap<string, readonly JsonValue[]>;
  readonly rows: number;
  /** The columns as JSON text, where there is one already. */
  readonly text?: string | undefined;
}

/** Rows that are appended whole or not at all. */
export interface OfflineEntry {
  /** Appended once, however often it is given: after a crash the same entries come again. Undefined: no such promise. */
  readonly id: OfflineEntryId | undefined;
  readonly rows: OfflineRows;
}

/** Entries of one segment are appended in the order of their numbers. */
export interface OfflineEntryId {
  readonly segment: string;
  /** From 1, without gaps. */
  readonly number: number;
}

/** What became of one entry: `InvalidValueError` or another reason that will be the same at the next try. */
export interface RefusedEntry {
  /** Index in the entries that were given. */
  readonly index: number;
  readonly error: Error;
}

/** Looks whether rows fit a source, without writing. Cheap enough for a serving process, and loads no DuckDB. */
export abstract class OfflineRowChecker {
  /**
   * Errors:  InvalidValueError at `['body', 'df', column, row]`; InvalidRequestError (columns that differ, a missing or
   *          unreadable source); NotSupportedError (a source that cannot be written); UnavailableError.
   */
  abstract check(source: DataSource, rows: OfflineRows, deadline: Deadline): Promise<void>;
}

/** Appends to the history. One process per repository does. */
export abstract class OfflineStoreWriter {
  /**
   * Appends all entries but those that it hands back; they are on disk, and seen by readers, when it resolves.
   *
   * Errors:  UnavailableError and system errors: nothing was appended, or it is not known, and a later try may do it.
   */
  abstract append(source: DataSource, entries: readonly OfflineEntry[]): Promise<readonly RefusedEntry[]>;

  /** No entry of these segments will be given again: what is remembered of them may go. */
  forget(_segments: readonly string[]): void {
    // A store that remembers nothing has nothing to do.
  }

  /** Called once. */
  abstract close(): Promise<void>;
}
