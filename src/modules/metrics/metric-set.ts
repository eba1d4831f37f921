import { BoundCounter, BoundHistogram } from './bound-metrics.js';
import type { CounterDefinition, HistogramDefinition, MetricDefinition } from './metric-definition.js';
import { isOn, type MetricSwitches } from './metric-switches.js';
import { type CounterName, type HistogramName, SERVER_METRICS } from './server-metrics.js';

const ALL_METRICS: readonly MetricDefinition[] = SERVER_METRICS;

/** The counters and histograms of a process that are on. */
export class MetricSet {
  private readonly byName: ReadonlyMap<string, BoundCounter | BoundHistogram>;

  constructor(metrics: readonly (BoundCounter | BoundHistogram)[]) {
    this.byName = new Map(metrics.map((metric) => [(metric as unknown as { name: string }).name, metric]));
  }

  /** All whose category is on. */
  static of(switches: MetricSwitches): MetricSet {
    return new MetricSet(countedMetrics(switches).map(createMetric));
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

/** What a process counts: every counter and histogram of the list whose category is on. */
export function countedMetrics(switches: MetricSwitches): (CounterDefinition | HistogramDefinition)[] {
  return ALL_METRICS.filter(isCounted).filter((metric) => isOn(switches, metric));
}

export function createMetric(metric: CounterDefinition | HistogramDefinition): BoundCounter | BoundHistogram {
  return metric.kind === 'counter' ? new BoundCounter(metric) : new BoundHistogram(metric);
}

function isCounted(metric: MetricDefinition): metric is CounterDefinition | HistogramDefinition {
  return metric.kind === 'counter' || metric.kind === 'histogram';
}
