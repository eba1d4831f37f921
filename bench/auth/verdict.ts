/** Where the median of a population lies, as far as a sample of it tells: with a probability of 95 %. */
export interface MedianRange {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Standard deviations on each side that hold 95 %. */
const Z = 1.96;

/** By the ranks of the values alone: outliers, of which a busy machine makes many, only count as one value each. */
export function medianRange(values: readonly number[]): MedianRange {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const away = (Z * Math.sqrt(sorted.length)) / 2;
  const at = (rank: number): number =>
    sorted[Math.min(Math.max(Math.round(rank), 0), sorted.length - 1)] ?? Number.NaN;
  return {
    low: at(Math.floor(middle - away)),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    high: at(Math.ceil(middle + away)),
  };
}

export type Verdict = 'holds' | 'broken' | 'undecided';

/** Whether a median is at most `most`. */
export function verdictOf({ low, high }: MedianRange, most: number): Verdict {
  if (high <= most) return 'holds';
  return low > most ? 'broken' : 'undecided';
}
