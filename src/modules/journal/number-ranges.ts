/** First and last of numbers that follow each other. */
export type NumberRange = readonly [first: number, last: number];

/** A set of whole numbers, mostly without gaps. */
export class NumberRanges {
  /** Ascending, apart from each other. */
  private ranges: NumberRange[] = [];

  add(first: number, last: number): void {
    // Mostly at the end: what lies before stays as it is.
    let from = this.ranges.length;
    while (from > 0 && this.ranges[from - 1]![1] >= first - 1) from--;
    let to = from;
    let [start, end] = [first, last];
    for (; to < this.ranges.length && this.ranges[to]![0] <= last + 1; to++) {
      start = Math.min(start, this.ranges[to]![0]);
      end = Math.max(end, this.ranges[to]![1]);
    }
    this.ranges.splice(from, to - from, [start, end]);
  }

  has(number: number): boolean {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ranges[middle]![1] < number) low = middle + 1;
      else high = middle;
    }
    const range = this.ranges[low];
    return range !== undefined && range[0] <= number;
  }

  /** How many of the numbers from 1 on, up to and with `last`, are in it. */
  countUpTo(last: number): number {
    return this.ranges.reduce((sum, [first, end]) => sum + Math.max(0, Math.min(end, last) - first + 1), 0);
  }

  list(): readonly NumberRange[] {
    return this.ranges;
  }
}
