import type { MetricsReporter } from '../modules/metrics/metrics-reporter.js';
import { sendToPrimary } from './messages.js';

const NOTHING_NEW = { counted: [], gauges: undefined, materialized: undefined };
/** How long the end of a process waits until its last report is on its way. */
const LAST_REPORT_LIMIT_MS = 1000;

/** Reports at the wish of the primary process, and before the end of this one. */
export class MetricsReports {
  constructor(private readonly reporter: MetricsReporter) {}

  /** To be called when the primary process knows that this one is ready. */
  start(): void {
    this.reporter.start();
  }

  /** The primary process wants to know now. */
  async answer(): Promise<void> {
    await this.reporter.report();
    // In the order in which they are sent, so that this says that the report has come.
    sendToPrimary({ type: 'metrics', report: NOTHING_NEW, answer: true });
  }

  /** Resolves when everything that was counted is on its way. */
  async end(): Promise<void> {
    this.reporter.stop();
    await this.reporter.report();
    const { promise, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, LAST_REPORT_LIMIT_MS);
    sendToPrimary({ type: 'metrics', report: NOTHING_NEW, answer: false }, resolve);
    await promise;
    clearTimeout(limit);
  }
}
