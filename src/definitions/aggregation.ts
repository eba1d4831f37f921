import type { Duration } from './duration.js';

/** What a stream view makes of many rows. */
export interface Aggregation {
  /** A column of the source. */
  readonly column: string;
  /** `sum`, `mean`, `min`, `max`, `count`, `count_distinct`, … */
  readonly function: string;
  readonly timeWindow?: Duration | undefined;
  /** The time window when left out. */
  readonly slideInterval?: Duration | undefined;
  /** `<function>_<column>`, with the window, when left out. */
  readonly name?: string | undefined;
}
