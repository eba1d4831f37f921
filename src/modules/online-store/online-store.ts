import type { Deadline } from '../../common/model/deadline.js';
import type { ReadPlan } from '../../common/model/read-plan.js';

/** What a store can promise; the rest of the server asks this instead of asking which store it is. */
export interface OnlineStoreCapabilities {
  /** Event times are kept to this many microseconds (SQLite: 1_000_000). */
  readonly timeResolutionMicros: number;
  /** One read sees all views of the request at one moment. */
  readonly atomicOverViews: boolean;
  /** A row that was never written can be told from one whose values are null. */
  readonly tellsAbsentFromNull: boolean;
}

/** Rows that a store was asked for, since its start: found among those that it keeps in memory, or read. */
export interface KeptRowCounts {
  readonly hits: number;
  readonly misses: number;
}

/** Receives what a read finds, cell by cell, as ranges of the store's own buffers. */
export interface CellSink {
  /** A new attempt begins (the first, or one after a busy store): forget what was reported before. */
  begin(): void;
  /** Row `row` of view `view` exists; `eventTimeMicros` (since the epoch) is its event time. */
  row(view: number, row: number, eventTimeMicros: number): void;
  /** The bytes of a Value protobuf: valid during this call only. An empty range is a stored null. */
  cell(view: number, field: number, row: number, bytes: Uint8Array, start: number, end: number): void;
}

/**
 * The latest feature values by entity key: all that the rest of the server knows of SQLite and the others.
 * An abstract class, not an interface, so that it is its own injection token.
 */
export abstract class OnlineStore {
  abstract readonly capabilities: OnlineStoreCapabilities;
  /** Undefined for a store that keeps no rows. */
  readonly keptRows: KeptRowCounts | undefined = undefined;

  /**
   * Reads everything that one request needs, in one round trip where the store can.
   *
   * Shape:   `keys[v][r]` is the encoded entity key of distinct row `r` for `plan.views[v]`.
   *          What is absent is simply not reported to the sink. Order of reports: all of `begin` first; within
   *          a view and row, `row` before its cells.
   * Units:   event times in microseconds since the epoch.
   * Errors:  UnavailableError (down, locked, or `deadline` passed), NotFoundError (a view without a table),
   *          CorruptDataError.
   * Returns: nothing when it finished synchronously, else a promise; never both.
   */
  abstract read(
    plan: ReadPlan,
    keys: readonly (readonly Uint8Array[])[],
    sink: CellSink,
    deadline: Deadline,
  ): void | Promise<void>;

  /** Resolves when the store answers. Errors: UnavailableError. */
  abstract ping(deadline: Deadline): Promise<void>;

  /** Releases connections. Called once, after the last request. */
  abstract close(): Promise<void>;
}
