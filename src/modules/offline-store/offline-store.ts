import type { DataSource } from '../../common/model/data-source.js';
import type { Field } from '../../common/model/feature-view.js';
import type { ValueTypeNumber } from '../../common/model/value.js';
import type { CellColumn } from '../../common/model/write-batch.js';
import type { SourceType } from './source-type.js';

/** The rows of one view in a range of time, of each entity only the newest. */
export interface LatestRowsScan {
  readonly source: DataSource;
  /** Join keys with the types that the view declares, under their registered names; of a view without entities the dummy. */
  readonly joinKeys: readonly Field[];
  /** Features with their types, under their registered names; the source's field mapping tells their columns. */
  readonly features: readonly Field[];
  readonly entityKeySerializationVersion: number;
  /** Both ends inclusive, microseconds since the epoch. */
  readonly startMicros: number;
  readonly endMicros: number;
  /** Rows of one batch, at the most. */
  readonly batchRows: number;
  /**
   * `key` (the default): rows come in the order of the bytes of their keys, which is what a B-tree takes fastest.
   * `any`: what is quickest to read.
   */
  readonly order?: 'key' | 'any';
}

/** What one source gives to a join. */
export interface JoinedSource {
  readonly source: DataSource;
  /** By which its rows are matched, under their registered names; none: its newest row is everybody's. */
  readonly joinKeys: readonly Field[];
  /** Registered name of a join key → its name in the join, where that is another one. */
  readonly keyNames: ReadonlyMap<string, string>;
  /** What is read of it, under registered names. */
  readonly features: readonly Field[];
  /** How long a row counts after its event; 0 is for ever. */
  readonly ttlMs: number;
}

/**
 * The rows of several sources, joined: of each entity that has a row in the range in a source with all of its keys, what
 * was known at the instant of its newest row in the range, whichever source that is in. So it is the newest row of each
 * source that counts, unless it was too old by then; it may be from before the range.
 */
export interface JoinedRowsScan {
  /** Of the entities, under their names in the join; none: all rows are of one entity. */
  readonly joinKeys: readonly Field[];
  /** At least one has all of the join keys. */
  readonly sources: readonly JoinedSource[];
  readonly entityKeySerializationVersion: number;
  /** Both ends inclusive, microseconds since the epoch. */
  readonly startMicros: number;
  readonly endMicros: number;
  /** Rows of one batch, at the most. */
  readonly batchRows: number;
  /** See `LatestRowsScan`. */
  readonly order?: 'key' | 'any';
}

/** Rows ready for the online store, as columns: see `WriteBatch`, of which these are members. */
export interface EncodedRows {
  readonly keys: readonly Uint8Array[];
  readonly values: readonly CellColumn[];
  readonly eventTimesMicros: readonly number[];
  readonly createdTimesMicros: readonly (number | undefined)[] | undefined;
}

/** A column of a source as it is stored. */
export interface SourceColumn {
  readonly name: string;
  /** The store's own name of its type, for messages: `TIMESTAMP WITH TIME ZONE`. */
  readonly storedType: string;
  /** What `columnMisfit` compares with a declared type. */
  readonly sourceType: SourceType;
  /** The Feast type that the column has when nobody declares one; undefined when there is none. */
  readonly valueType: ValueTypeNumber | undefined;
  /** Whether it can be the event or created timestamp of a source. */
  readonly isTimestamp: boolean;
}

/** What a scan met so far. */
export interface ScanStatistics {
  /** Rows of the source in the range, before all but the newest of each entity are dropped. */
  readonly rowsRead: number;
  /** Entities, which is how many rows will be handed on. */
  readonly rowsToStore: number;
}

/** Where history is kept. An adapter lives in job and writer processes, and in commands; never in a serving process. */
export abstract class OfflineStore {
  /**
   * Shape:  the columns of the source in their order, under their names in the source; of a source in folders
   *         `name=value`, those names last.
   * Errors: InvalidRequestError (missing file, unreadable file), which says how to mend it; NotSupportedError for a
   *         source that this store cannot read; UnavailableError.
   */
  abstract columns(source: DataSource): Promise<readonly SourceColumn[]>;

  /**
   * Shape:  for each entity the row with the newest event time, of equal ones the newest created time, then the first
   *         one in the source; its values are of the declared types. Rows without an event time are left out. Bounded
   *         memory whatever the size. What does not fit into it in the end may begin anew: `onStatistics` is called
   *         again, and rows come again.
   * Errors: InvalidValueError (a value that does not fit its declared type, a null join key: names column and row);
   *         InvalidRequestError (missing file or column); NotSupportedError; UnavailableError (also when the source
   *         changes meanwhile). What `signal` aborts ends with its reason.
   */
  abstract latestRows(
    scan: LatestRowsScan,
    signal: AbortSignal,
    onStatistics?: (statistics: ScanStatistics) => void,
  ): AsyncIterable<EncodedRows>;

  /**
   * Shape:  the features of all sources, one source after the other; null where a source has no row that counts. Event
   *         times are the instants of the entities. Bounded memory whatever the size.
   * Errors: as of `latestRows`; InvalidRequestError when join keys are of different kinds in two sources.
   */
  abstract joinedRows(
    scan: JoinedRowsScan,
    signal: AbortSignal,
    onStatistics?: (statistics: ScanStatistics) => void,
  ): AsyncIterable<EncodedRows>;

  /** Releases what is open. Called once. */
  abstract close(): Promise<void>;
}
