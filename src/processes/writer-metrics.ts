import type { ChannelServer } from '../common/channel/channel-server.js';
import { seriesName } from '../modules/metrics/exposition.codec.js';
import type { MetricSet } from '../modules/metrics/metric-set.js';
import type { MetricSwitches } from '../modules/metrics/metric-switches.js';
import type { MetricSamples } from '../modules/metrics/metrics-report.js';
import { MetricsReporter } from '../modules/metrics/metrics-reporter.js';
import { LoopLag } from '../modules/metrics/process-gauges.js';
import type { GaugeName } from '../modules/metrics/server-metrics.js';
import { sendToPrimary } from './messages.js';
import { MetricsReports } from './metrics-reports.js';

/** What the writer tells the primary process about itself, for the metrics. */
export class WriterMetrics extends MetricsReports {
  /** Undefined, and nothing is measured, when the metrics are off. */
  static of(
    switches: MetricSwitches,
    counted: MetricSet,
    requests: Pick<ChannelServer, 'waitingBytes'>,
    ofDuties: () => MetricSamples,
  ): WriterMetrics | undefined {
    if (!switches.metrics) return undefined;
    const lag = switches.categories.has('resource') ? new LoopLag() : undefined;
    // Not what it uses: dashboards that are made for Feast count its series of memory and CPU as servers.
    const gauges = (): MetricSamples => [
      ...(lag ? [gauge('salver_event_loop_lag_seconds', lag.takeLongestMs() / 1000)] : []),
      [
        'salver_writer_queue_bytes' satisfies GaugeName,
        [['salver_writer_queue_bytes', requests.waitingBytes]],
      ],
      ...ofDuties(),
    ];
    const reporter = new MetricsReporter({ counted: [...counted.all()], gauges }, (report) =>
      sendToPrimary({ type: 'metrics', report, answer: false }),
    );
    return new WriterMetrics(reporter);
  }
}

function gauge(name: GaugeName, value: number): MetricSamples[number] {
  return [name, [[seriesName(name, { pid: String(process.pid) }), value]]];
}

/** What a thread of this process has counted. */
export function relayCounted(counted: MetricSamples): void {
  if (counted.length === 0) return;
  const report = { counted, gauges: undefined, materialized: undefined };
  sendToPrimary({ type: 'metrics', report, answer: false });
}
