import type { Deadline } from '../../common/model/deadline.js';

/** A view that rows are kept of. Version 0 is the base version, which has no version in its name. */
export interface ViewTable {
  readonly project: string;
  readonly viewName: string;
  readonly version: number;
  /** Under their registered names; the dummy of a view without entities may be left out. Redis finds keys by them. */
  readonly joinKeys: readonly string[];
  /** The features that rows may hold. Redis finds fields by them. */
  readonly features: readonly string[];
}

/** What a store keeps of a view before anything changes. */
export interface TableState {
  readonly view: ViewTable;
  /** Always, where views need no room of their own. */
  readonly exists: boolean;
  /** What `drop` would lose; undefined when the store cannot tell without reading everything. */
  readonly holdsRows: boolean | undefined;
}

/**
 * The room for rows of views in an online store: tables in SQLite; nothing in Redis, where a view is gone when its
 * fields are. It works on the store that the configuration names, never on a path that a registry remembers.
 */
export abstract class OnlineStoreTables {
  /** Where the store is, for messages, without anything secret. */
  abstract readonly location: string;

  /** `table` in SQLite; undefined where views need no room of their own. */
  abstract readonly noun: string | undefined;

  /** The name under which the store keeps a view: `drivers_driver_hourly_stats`. */
  abstract nameOf(view: ViewTable): string;

  /** Shape: one state per view, in their order. Changes nothing. Errors: UnavailableError, CorruptDataError. */
  abstract inspect(views: readonly ViewTable[], deadline: Deadline): Promise<readonly TableState[]>;

  /**
   * Makes what is missing and brings old tables up to date; what is there stays.
   *
   * Errors: UnavailableError, CorruptDataError (something else stands where a table should be), InvalidValueError (no
   *         table can have the name).
   */
  abstract create(views: readonly ViewTable[], deadline: Deadline): Promise<void>;

  /**
   * Removes the rows of these views and their room; what is not there is no error. Where it is done in steps, what was
   * done before an error stays done, and the call can be repeated.
   *
   * Errors: UnavailableError, CorruptDataError.
   */
  abstract drop(views: readonly ViewTable[], deadline: Deadline): Promise<void>;

  /**
   * Removes everything that the project keeps in the store: `views` are all its views, in every version.
   *
   * Errors: as `drop`.
   */
  abstract teardown(project: string, views: readonly ViewTable[], deadline: Deadline): Promise<void>;

  /**
   * The entities that have rows of any of these views, which have the same join keys; and maybe, where views need no room
   * of their own, others of the same join keys.
   *
   * Shape:  encoded entity keys, a bounded number at a time; one may come twice. Each step has a deadline of its own.
   * Errors: UnavailableError, CorruptDataError.
   */
  abstract entityKeys(
    views: readonly ViewTable[],
    deadline: () => Deadline,
  ): AsyncGenerator<readonly Uint8Array[], void>;

  /** Releases connections. Called once. */
  abstract close(): Promise<void>;
}
