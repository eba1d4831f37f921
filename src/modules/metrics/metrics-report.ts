import type { Sample } from './exposition.codec.js';

/** Samples by the name of their metric. */
export type MetricSamples = readonly (readonly [metric: string, samples: readonly Sample[]])[];

/** Up to when each view of a registry is materialized. */
export interface MaterializedViews {
  /** Of the registry: the newest one counts. */
  readonly generation: number;
  /** Milliseconds since the epoch by view; a view that never was materialized is absent. */
  readonly endMs: ReadonlyMap<string, number>;
}

/** What a process tells the one that adds up. */
export interface MetricsReport {
  /** What was counted since the last report: to be added. Histograms come as the samples of their buckets. */
  readonly counted: MetricSamples;
  /** What the process is like now, in place of what it said before; undefined for no change. */
  readonly gauges: MetricSamples | undefined;
  /** Undefined for no change. */
  readonly materialized: MaterializedViews | undefined;
}
