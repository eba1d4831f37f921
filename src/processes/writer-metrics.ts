import type { ChannelServer } from '../common/channel/channel-server.js';
import type { MetricSet } from '../modules/metrics/metric-set.js';
import type { MetricSwitches } from '../modules/metrics/metric-switches.js';
import type { MetricSamples } from '../modules/metrics/metrics-report.js';
import { MetricsReporter } from '../modules/metrics/metrics-reporter.js';
import { LoopLag, ProcessGauges } from '../modules/metrics/process-gauges.js';
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
    const usage = switches.categories.has('resource') ? new ProcessGauges(new LoopLag()) : undefined;
    const gauges = (): MetricSamples => [
      ...(usage?.current() ?? []),
      queueBytes(requests.waitingBytes),
      ...ofDuties(),
    ];
    const reporter = new MetricsReporter({ counted: [...counted.all()], gauges }, (report) =>
      sendToPrimary({ type: 'metrics', report, answer: false }),
    );
    return new WriterMetrics(reporter);
  }
}

function queueBytes(bytes: number): MetricSamples[number] {
  const name: GaugeName = 'salver_writer_queue_bytes';
  return [name, [[name, bytes]]];
}
