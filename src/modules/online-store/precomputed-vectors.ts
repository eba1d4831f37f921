import type { Deadline } from '../../common/model/deadline.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';

/** Rows that were stored a moment ago. */
export interface WrittenRows {
  /** The registered name of their view. */
  readonly viewName: string;
  /** Their encoded entity keys; `all` when it may be any. */
  readonly keys: readonly Uint8Array[] | 'all';
}

/** How it went with one feature service. */
export interface RefreshedService {
  readonly name: string;
  /** Vectors that are stored anew. */
  readonly vectors: number;
  readonly durationMs: number;
  /** Why the others are older than the rows; undefined when there are none. */
  readonly failure: string | undefined;
}

export interface RefreshLimits {
  /** Of the next step: each reads or writes a bounded number of rows. */
  readonly deadline: () => Deadline;
  readonly signal?: AbortSignal;
}

/**
 * The vectors that feature services with `precompute_online` are served from: whoever stores rows of a view has them made
 * anew before saying that the rows are stored.
 */
export abstract class PrecomputedVectors {
  /**
   * Makes the vectors of these entities anew, of all services that use one of the views.
   *
   * Shape:  one result for each such service. Never rejects: a failure leaves old vectors, and the rows are stored.
   */
  abstract refresh(
    snapshot: RegistrySnapshot,
    written: readonly WrittenRows[],
    limits: RefreshLimits,
  ): Promise<readonly RefreshedService[]>;
}
