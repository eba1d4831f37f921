/** Hears what becomes of the entries of a journal. */
export interface JournalObserver {
  /** A batch is in the offline store. */
  stored(source: string, entries: number, rows: number): void;
  /** A batch is not in the offline store; it is tried again. */
  flushFailed(source: string, error: Error, retryInMs: number): void;
  /** Entries that the offline store never takes. */
  deadLettered(source: string, entries: number, reason: string): void;
  /** Something for a person to look at. */
  warned(message: string): void;
}
