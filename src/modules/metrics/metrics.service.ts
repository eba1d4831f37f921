import { Injectable } from '@nestjs/common';
import { BoundCounter, BoundHistogram } from './bound-metrics.js';
import type { CounterName, HistogramName } from './server-metrics.js';

/** The counters and histograms of this process that are on. */
@Injectable()
export class MetricsService {
  private readonly byName: ReadonlyMap<string, BoundCounter | BoundHistogram>;

  constructor(metrics: readonly (BoundCounter | BoundHistogram)[]) {
    this.byName = new Map(metrics.map((metric) => [(metric as unknown as { name: string }).name, metric]));
  }

  /** Undefined when its category, or the metrics as a whole, are off: then nothing is to be counted. */
  counter(name: CounterName): BoundCounter | undefined {
    const metric = this.byName.get(name);
    return metric instanceof BoundCounter ? metric : undefined;
  }

  /** Undefined as with `counter`. */
  histogram(name: HistogramName): BoundHistogram | undefined {
    const metric = this.byName.get(name);
    return metric instanceof BoundHistogram ? metric : undefined;
  }

  all(): Iterable<BoundCounter | BoundHistogram> {
    return this.byName.values();
  }
}
