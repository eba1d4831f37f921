import type { EncodedRows, ScanStatistics } from '../offline-store/offline-store.js';

export type NoteStatistics = (statistics: ScanStatistics) => void;

/** Where the rows of a view come from, and what is stored of them. */
export interface RowLoad {
  /** Errors: those of the offline store. */
  rows(signal: AbortSignal, note: NoteStatistics): AsyncIterable<EncodedRows>;

  /** Returns: undefined when there is nothing to store of these rows. */
  stored(rows: EncodedRows): EncodedRows | Promise<EncodedRows | undefined>;
}
