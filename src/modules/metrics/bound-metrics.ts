import { Counter, Histogram } from 'prom-client';
import type { CounterDefinition, HistogramDefinition } from './metric-definition.js';

type Labels = Readonly<Record<string, string>>;
type CounterData = Awaited<ReturnType<Counter['get']>>;
type HistogramData = Awaited<ReturnType<Histogram['get']>>;

/**
 * A counter whose series can be bound once. prom-client makes the text of the labels anew at each count, which on the
 * hot route costs more than everything else that is measured there.
 */
export class BoundCounter extends Counter {
  private readonly bound = new Map<string, BoundCount>();

  constructor({ name, help, labels }: CounterDefinition) {
    super({ name, help, labelNames: [...labels], registers: [] });
  }

  /** The same one for the same labels, given in the same order. */
  bind(labels: Labels = {}): BoundCount {
    return bindOnce(this.bound, labels, () => new BoundCount(labels));
  }

  /** Read at once, not when the promise is resolved. */
  override get(): Promise<CounterData> {
    const values = [...this.bound.values()]
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => ({ labels, value }));
    return super.get().then((data) => ({ ...data, values: [...data.values, ...values] }));
  }

  override reset(): void {
    super.reset();
    // prom-client calls this from its constructor, before there is anything to set back.
    for (const series of (this.bound as typeof this.bound | undefined)?.values() ?? []) series.value = 0;
  }
}

/** One series of a counter. */
export class BoundCount {
  value = 0;

  constructor(readonly labels: Labels) {}

  add(count: number): void {
    this.value += count;
  }
}

/** A histogram whose series can be bound once. */
export class BoundHistogram extends Histogram {
  private readonly bound = new Map<string, BoundObservations>();
  private readonly bounds: readonly number[];

  constructor({ name, help, labels, buckets }: HistogramDefinition) {
    super({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [] });
    this.bounds = buckets;
  }

  /** The same one for the same labels, given in the same order. */
  bind(labels: Labels = {}): BoundObservations {
    return bindOnce(this.bound, labels, () => new BoundObservations(labels, this.bounds));
  }

  /** Read at once, not when the promise is resolved. */
  override get(): Promise<HistogramData> {
    const values = [...this.bound.values()]
      .filter(({ count }) => count > 0)
      .map((series) => series.samples());
    return super.get().then((data) => ({
      ...data,
      values: [
        ...data.values,
        ...values
          .flat()
          .map(([suffix, labels, value]) => ({ metricName: data.name + suffix, labels, value })),
      ],
    }));
  }

  override reset(): void {
    super.reset();
    for (const series of (this.bound as typeof this.bound | undefined)?.values() ?? []) series.clear();
  }
}

type SuffixedSample = readonly [suffix: string, labels: Record<string, string | number>, value: number];

/** One series of a histogram. */
export class BoundObservations {
  /** Per bucket; those above the last bound are counted in `count` alone. */
  private readonly inBucket: Uint32Array;
  private sum = 0;
  count = 0;

  constructor(
    private readonly labels: Labels,
    private readonly bounds: readonly number[],
  ) {
    this.inBucket = new Uint32Array(bounds.length);
  }

  observe(value: number): void {
    const { bounds, inBucket } = this;
    this.sum += value;
    this.count++;
    for (let at = 0; at < bounds.length; at++) {
      if (value > (bounds[at] as number)) continue;
      inBucket[at] = (inBucket[at] as number) + 1;
      return;
    }
  }

  samples(): SuffixedSample[] {
    let cumulative = 0;
    const buckets = this.bounds.map((le, at): SuffixedSample => {
      cumulative += this.inBucket[at] as number;
      return ['_bucket', { ...this.labels, le }, cumulative];
    });
    return [
      ...buckets,
      ['_bucket', { ...this.labels, le: '+Inf' }, this.count],
      ['_sum', this.labels, this.sum],
      ['_count', this.labels, this.count],
    ];
  }

  clear(): void {
    this.inBucket.fill(0);
    this.sum = 0;
    this.count = 0;
  }
}

function bindOnce<S>(bound: Map<string, S>, labels: Labels, make: () => S): S {
  const key = JSON.stringify(labels);
  let series = bound.get(key);
  if (!series) bound.set(key, (series = make()));
  return series;
}
