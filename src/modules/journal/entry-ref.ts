import type { DataSource } from '../../common/model/data-source.js';

/** A source as the journal knows it. */
export interface KnownSource {
  /** Sources of the same key are written to the same place: their entries keep their order. */
  readonly key: string;
  readonly source: DataSource;
}

/** An entry of a segment that is not in the offline store yet: where it is, not what it holds. */
export interface EntryRef {
  readonly segment: string;
  readonly number: number;
  readonly receivedAtMs: number;
  readonly pushSource: string;
  readonly buffer: string;
  readonly source: KnownSource;
  readonly rows: number;
  /** Where its columns are in the segment. */
  readonly offset: number;
  readonly bytes: number;
}

/** The time of receipt, then the order in which they stand. */
export function compareEntries(left: EntryRef, right: EntryRef): number {
  if (left.receivedAtMs !== right.receivedAtMs) return left.receivedAtMs - right.receivedAtMs;
  if (left.segment !== right.segment) return left.segment < right.segment ? -1 : 1;
  return left.number - right.number;
}
