import type { Counter, Histogram } from 'prom-client';
import { takeCounted } from './counted-samples.js';
import type { MaterializedViews, MetricSamples, MetricsReport } from './metrics-report.js';

/** What a process that is killed has counted for longer than this is not lost. */
export const REPORT_INTERVAL_MS = 1000;

export interface ReporterSources {
  readonly counted: Iterable<Counter | Histogram>;
  /** What the process is like now. */
  readonly gauges: () => MetricSamples;
}

/** Tells what this process counts, every second and when asked; nothing when nothing has changed. */
export class MetricsReporter {
  private timer: NodeJS.Timeout | undefined;
  private materialized: MaterializedViews | undefined;
  private lastGauges = '';

  constructor(
    private readonly sources: ReporterSources,
    private readonly send: (report: MetricsReport) => void,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.report(), REPORT_INTERVAL_MS).unref();
    void this.report();
  }

  registryReplaced(materialized: MaterializedViews): void {
    this.materialized = materialized;
  }

  async report(): Promise<void> {
    const { materialized } = this;
    this.materialized = undefined;
    const gauges = this.changedGauges();
    const counted = await takeCounted(this.sources.counted);
    if (counted.length > 0 || gauges || materialized) this.send({ counted, gauges, materialized });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private changedGauges(): MetricSamples | undefined {
    const gauges = this.sources.gauges();
    const text = JSON.stringify(gauges);
    if (text === this.lastGauges) return undefined;
    this.lastGauges = text;
    return gauges;
  }
}
