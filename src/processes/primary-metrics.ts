import { ConfigurationError } from '../common/config/configuration-error.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { SALVER_VERSION } from '../common/config/version.config.js';
import type { ViewResult } from '../modules/materialization/materialization-job.js';
import { createAuditSink } from '../modules/metrics/audit-sink-factory.js';
import { ExpositionServer } from '../modules/metrics/exposition-server.js';
import { seriesName } from '../modules/metrics/exposition.codec.js';
import { type MetricSwitches, metricSwitches } from '../modules/metrics/metric-switches.js';
import type { MetricSamples, MetricsReport } from '../modules/metrics/metrics-report.js';
import { MetricsTotals } from '../modules/metrics/metrics-totals.js';
import { LoopLag, ProcessGauges } from '../modules/metrics/process-gauges.js';
import { type CounterName, type GaugeName, SERVER_METRICS } from '../modules/metrics/server-metrics.js';
import type { RegistryPollerStatus } from '../modules/registry/registry-poller.js';

/** How long a scrape waits for workers; one that hangs is shown as it was last. */
const ASK_LIMIT_MS = 500;

/** The writer process, among workers that go by their cluster ids, which begin with 1. */
export const WRITER_ID = 0;

/** What the metrics of the primary process need of the rest of it. */
export interface MetricsSources {
  readonly registry: () => RegistryPollerStatus;
  /** Asks a worker for a report. It may be gone. */
  readonly ask: (worker: number) => void;
}

/** Where the metrics are served, and what adds them up. */
export interface ServedMetrics {
  readonly metrics: PrimaryMetrics;
  readonly url: string;
}

/** The metrics of all processes: added up and served by the primary process. Workers go by their cluster id. */
export class PrimaryMetrics {
  private readonly reporting = new Set<number>();
  private readonly totals: MetricsTotals;
  private readonly lag: LoopLag | undefined;
  private readonly gauges: ProcessGauges | undefined;
  private readonly server = new ExpositionServer(() => this.exposition());
  private answered: (worker: number) => void = () => undefined;

  private constructor(
    project: string,
    private readonly switches: MetricSwitches,
    private readonly sources: MetricsSources,
  ) {
    this.totals = new MetricsTotals(SERVER_METRICS, project);
    if (!switches.categories.has('resource')) return;
    this.lag = new LoopLag();
    this.gauges = new ProcessGauges(this.lag);
  }

  /**
   * Serves the metrics; undefined when they are off.
   *
   * Errors:  ConfigurationError when the port or the audit log cannot be used.
   */
  static async start(
    configuration: LoadedConfiguration,
    sources: MetricsSources,
  ): Promise<ServedMetrics | undefined> {
    const switches = metricSwitches(configuration);
    if (!switches.metrics) return undefined;
    const { metrics: settings, server, audit } = configuration.salver;
    if (settings.port !== 0 && settings.port === server.port) {
      throw ConfigurationError.of(
        'metrics.port',
        `${settings.port} is the port of the server too: choose another`,
      );
    }
    // Told here, and not by every worker.
    if (switches.auditLog) createAuditSink(audit.path).close();
    const metrics = new PrimaryMetrics(configuration.featureStore.project, switches, sources);
    return { metrics, url: await metrics.server.listen(settings.host, settings.port) };
  }

  /** `answer`: it comes because it was asked for. */
  receive(worker: number, report: MetricsReport, answer: boolean): void {
    // What a worker counted just before it ended may come after its end.
    this.totals.add(worker, this.reporting.has(worker) ? report : { ...report, gauges: undefined });
    if (answer) this.answered(worker);
  }

  /** From now on it is asked at every scrape. */
  workerReady(worker: number): void {
    this.reporting.add(worker);
  }

  /** `reason` undefined: it is not replaced. */
  workerEnded(worker: number, reason: string | undefined): void {
    this.reporting.delete(worker);
    this.totals.forget(worker);
    this.answered(worker);
    if (reason !== undefined)
      this.totals.count('salver_worker_restarts_total' satisfies CounterName, { reason });
  }

  /** `reason` undefined: it is not replaced. */
  writerEnded(reason: string | undefined): void {
    this.workerEnded(WRITER_ID, undefined);
    if (reason !== undefined)
      this.totals.count('salver_writer_restarts_total' satisfies CounterName, { reason });
  }

  /** A job is done with a view. Nothing to do counts as done, as in Feast. */
  materialized(result: ViewResult): void {
    const { categories } = this.switches;
    if (categories.has('materialization')) countMaterialization(this.totals, result);
    if (categories.has('offline_features')) countRetrieval(this.totals, result);
  }

  async close(): Promise<void> {
    this.lag?.stop();
    await this.server.close();
  }

  private async exposition(): Promise<string> {
    await this.freshReports();
    return this.totals.exposition(Date.now(), this.ownGauges());
  }

  private async freshReports(): Promise<void> {
    const waiting = new Set(this.reporting);
    if (waiting.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.answered = (worker) => {
      waiting.delete(worker);
      if (waiting.size === 0) resolve();
    };
    for (const worker of waiting) this.sources.ask(worker);
    const limit = setTimeout(resolve, ASK_LIMIT_MS);
    await promise;
    clearTimeout(limit);
  }

  private ownGauges(): MetricSamples {
    const { generation, acceptedAtMs, lastCheckedAtMs, lastError } = this.sources.registry();
    const pid = { pid: String(process.pid) };
    const version = { version: SALVER_VERSION, node_version: process.versions.node };
    const ageSeconds = acceptedAtMs === undefined ? undefined : (Date.now() - acceptedAtMs) / 1000;
    const checkSucceeded = lastCheckedAtMs === undefined ? undefined : Number(lastError === undefined);
    return [
      ...(this.gauges?.current() ?? noGauges()),
      gauge('salver_build_info', version, 1),
      gauge('salver_registry_generation', pid, generation),
      gauge('salver_registry_age_seconds', {}, ageSeconds),
      gauge('salver_registry_last_check_success', {}, checkSucceeded),
    ];
  }
}

function countMaterialization(totals: MetricsTotals, { viewName, status, durationMs }: ViewResult): void {
  const feature_view = viewName;
  const isDone = status === 'loaded' || status === 'skipped';
  totals.count('feast_materialization_result_total' satisfies CounterName, {
    feature_view,
    status: isDone ? 'success' : 'failure',
  });
  totals.observe('feast_materialization_duration_seconds', { feature_view }, durationMs / 1000);
}

/** Rows are stored while others are read, so that the time is that of both; `to_arrow` is the call of Feast. */
function countRetrieval(totals: MetricsTotals, { status, durationMs, rowsRead }: ViewResult): void {
  if (status === 'skipped' || status === 'refused') return;
  const method = 'to_arrow';
  totals.count('feast_offline_store_request_total' satisfies CounterName, {
    method,
    status: status === 'loaded' ? 'success' : 'error',
  });
  totals.observe('feast_offline_store_request_latency_seconds', { method }, durationMs / 1000);
  totals.observe('feast_offline_store_row_count', { method }, rowsRead);
}

/** Feast shows its first process with zeros when they are off. */
function noGauges(): MetricSamples {
  const pid = { pid: String(process.pid) };
  return [
    gauge('feast_feature_server_cpu_usage', pid, 0),
    gauge('feast_feature_server_memory_usage', pid, 0),
  ];
}

/** Without a value there is no sample. */
function gauge(
  name: GaugeName,
  labels: Readonly<Record<string, string>>,
  value: number | undefined,
): MetricSamples[number] {
  return [name, value === undefined ? [] : [[seriesName(name, labels), value]]];
}
