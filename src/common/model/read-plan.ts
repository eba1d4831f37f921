/** What a store reads of one view. */
export interface ViewRead {
  /** The registered name, never an alias. */
  readonly viewName: string;
  /** 0 is the base version, whose rows carry no version in their names. */
  readonly version: number;
  /** Names as stored, in the order of their `field` numbers in the sink. */
  readonly features: readonly string[];
}

/**
 * Everything that one request reads from the online store. Made once per request shape and registry
 * snapshot and then reused, so that a store can compile its own statements for it (keyed by identity).
 */
export interface ReadPlan {
  readonly project: string;
  readonly views: readonly ViewRead[];
}
