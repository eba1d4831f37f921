/** A value of a column that can be aggregated; null counts as not there. */
export type AggregatedValue = number | string | boolean | null;

type Aggregate = (values: readonly (number | string | boolean)[]) => number | string | boolean | null;

const numbers = (values: readonly unknown[]): readonly number[] => values.map(Number);

function sum(values: readonly unknown[]): number {
  return numbers(values).reduce((total, value) => total + value, 0);
}

function mean(values: readonly unknown[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

/** Of a sample: a single value has none. */
function variance(values: readonly unknown[]): number | null {
  if (values.length < 2) return null;
  const middle = sum(values) / values.length;
  return sum(numbers(values).map((value) => (value - middle) ** 2)) / (values.length - 1);
}

function deviation(values: readonly unknown[]): number | null {
  const squared = variance(values);
  return squared === null ? null : Math.sqrt(squared);
}

function median(values: readonly unknown[]): number | null {
  const sorted = numbers(values).toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

const extreme =
  (isBetter: (one: number | string | boolean, other: number | string | boolean) => boolean): Aggregate =>
  (values) =>
    values.reduce<number | string | boolean | null>(
      (best, value) => (best === null || isBetter(value, best) ? value : best),
      null,
    );

const distinct: Aggregate = (values) => new Set(values).size;

/** As pandas has them, which Feast names them by. They see values that are not null. */
const AGGREGATES: ReadonlyMap<string, Aggregate> = new Map<string, Aggregate>([
  ['sum', sum],
  ['mean', mean],
  ['avg', mean],
  ['min', extreme((one, other) => one < other)],
  ['max', extreme((one, other) => one > other)],
  ['count', (values) => values.length],
  ['count_distinct', distinct],
  ['nunique', distinct],
  ['median', median],
  ['std', deviation],
  ['var', variance],
  ['first', (values) => values[0] ?? null],
  ['last', (values) => values.at(-1) ?? null],
]);

export const AGGREGATE_NAMES: readonly string[] = [...AGGREGATES.keys()];

/** Functions whose values are added up: texts cannot be. */
export const OF_NUMBERS: ReadonlySet<string> = new Set(['sum', 'mean', 'avg', 'median', 'std', 'var']);

export function aggregateFunction(name: string): Aggregate | undefined {
  return AGGREGATES.get(name);
}
