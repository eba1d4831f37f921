import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import type { RegistrySnapshot } from '../common/model/registry-snapshot.js';
import { seriesName } from '../modules/metrics/exposition.codec.js';
import { materializedUntil } from '../modules/metrics/materialized-views.js';
import { type MetricSwitches, metricSwitches } from '../modules/metrics/metric-switches.js';
import type { MetricSamples } from '../modules/metrics/metrics-report.js';
import { MetricsReporter } from '../modules/metrics/metrics-reporter.js';
import { MetricsService } from '../modules/metrics/metrics.service.js';
import { LoopLag, ProcessGauges } from '../modules/metrics/process-gauges.js';
import type { GaugeName } from '../modules/metrics/server-metrics.js';
import { TrafficGauges } from '../modules/metrics/traffic-gauges.js';
import { sendToPrimary } from './messages.js';
import { MetricsReports } from './metrics-reports.js';

/** What a worker tells the primary process about itself, for the metrics. */
export class WorkerMetrics {
  private readonly reporter: MetricsReporter;
  readonly reports: MetricsReports;
  private readonly gauges: ProcessGauges | undefined;
  private readonly traffic: TrafficGauges | undefined;
  private generation = 0;

  private constructor(
    app: NestFastifyApplication,
    private readonly switches: MetricSwitches,
  ) {
    if (switches.categories.has('resource')) this.gauges = new ProcessGauges(new LoopLag());
    if (switches.categories.has('request')) this.traffic = new TrafficGauges(app.getHttpServer());
    this.reporter = new MetricsReporter(
      { counted: [...app.get(MetricsService).all()], gauges: () => this.currentGauges() },
      (report) => sendToPrimary({ type: 'metrics', report, answer: false }),
    );
    this.reports = new MetricsReports(this.reporter);
  }

  /** Undefined, and nothing is measured, when the metrics are off. */
  static of(app: NestFastifyApplication, configuration: LoadedConfiguration): WorkerMetrics | undefined {
    const switches = metricSwitches(configuration);
    return switches.metrics ? new WorkerMetrics(app, switches) : undefined;
  }

  registryReplaced(generation: number, snapshot: RegistrySnapshot): void {
    this.generation = generation;
    if (!this.switches.categories.has('freshness')) return;
    this.reporter.registryReplaced({ generation, endMs: materializedUntil(snapshot) });
  }

  private currentGauges(): MetricSamples {
    const name: GaugeName = 'salver_registry_generation';
    return [
      ...(this.gauges?.current() ?? []),
      ...(this.traffic?.current() ?? []),
      [name, [[seriesName(name, { pid: String(process.pid) }), this.generation]]],
    ];
  }
}
