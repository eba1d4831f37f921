/** The values of one feature, by row: an array of them, or what keeps them closer together. */
export interface CellColumn {
  readonly length: number;
  /** The bytes of a Value protobuf; no bytes are a null. Undefined behind the last row. */
  at(row: number): Uint8Array | undefined;
}

/** Rows of one view for the online store, as columns. */
export interface WriteBatch {
  readonly project: string;
  /** The registered name, never an alias. */
  readonly viewName: string;
  /** 0 is the base version, whose rows carry no version in their names. */
  readonly version: number;
  readonly features: readonly string[];
  /** `keys[r]`: the encoded entity key of row `r`. One key may occur in several rows. */
  readonly keys: readonly Uint8Array[];
  /** `values[f].at(r)` */
  readonly values: readonly CellColumn[];
  /** `eventTimesMicros[r]`, since the epoch. */
  readonly eventTimesMicros: readonly number[];
  /** `createdTimesMicros[r]`, since the epoch; undefined when the source has no such column. */
  readonly createdTimesMicros: readonly (number | undefined)[] | undefined;
  /** Numbers in a vector of the view, as its vector field says; without one, Feast's 512. For stores with vectors. */
  readonly vectorLength?: number;
  /**
   * `newest`: a row is stored unless the store, or an earlier row of the batch, has one of the same key and view that
   * counts as newer (on equal times each store keeps Feast's rule). `last`: later rows replace earlier ones.
   */
  readonly policy: 'newest' | 'last';
}

export interface WriteOutcome {
  /** Rows that were stored. */
  readonly written: number;
  /** Rows that a newer one kept out. */
  readonly skipped: number;
}
