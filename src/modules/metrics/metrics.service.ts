import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import type { CounterName, HistogramName } from './server-metrics.js';

/** The counters and histograms of this process that are on. */
@Injectable()
export class MetricsService {
  private readonly byName: ReadonlyMap<string, Counter | Histogram>;

  constructor(metrics: readonly (Counter | Histogram)[]) {
    this.byName = new Map(metrics.map((metric) => [(metric as unknown as { name: string }).name, metric]));
  }

  /** Undefined when its category, or the metrics as a whole, are off: then nothing is to be counted. */
  counter(name: CounterName): Counter | undefined {
    const metric = this.byName.get(name);
    return metric instanceof Counter ? metric : undefined;
  }

  /** Undefined as with `counter`. */
  histogram(name: HistogramName): Histogram | undefined {
    const metric = this.byName.get(name);
    return metric instanceof Histogram ? metric : undefined;
  }

  all(): Iterable<Counter | Histogram> {
    return this.byName.values();
  }
}
