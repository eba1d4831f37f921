import type { JsonArray } from '../../common/model/json-value.js';

/** The rows of a write, as columns under the names that were sent; all have the same length. */
export interface Frame {
  readonly columns: ReadonlyMap<string, JsonArray>;
  readonly rows: number;
  /** The columns as JSON text, where they were sent as lists: what is kept of them needs not be printed anew. */
  readonly text?: string | undefined;
}

export interface FrameLimits {
  readonly rows: number;
  /** Columns of a frame: features, join keys, times. */
  readonly features: number;
  /** Rows times columns. */
  readonly cells: number;
}
