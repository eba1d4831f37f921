/** So many workers in succession may end young before there is no sense in starting another. */
const MAX_YOUNG_ENDS = 8;
/** A worker that lived this long did not end because of how it started. */
const YOUNG_MS = 10_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;

/** When a worker that ended is replaced, and when to give up. */
export class RestartPolicy {
  private youngEnds = 0;

  /**
   * Milliseconds until a worker that ended after `ageMs` is replaced; undefined to give up, because workers
   * keep ending soon after their start.
   */
  nextDelayMs(ageMs: number): number | undefined {
    this.youngEnds = ageMs < YOUNG_MS ? this.youngEnds + 1 : 0;
    if (this.youngEnds > MAX_YOUNG_ENDS) return undefined;
    return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, this.youngEnds - 1));
  }
}
