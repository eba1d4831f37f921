import type { ChannelServer } from '../common/channel/channel-server.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import type { MetricSet } from '../modules/metrics/metric-set.js';
import type { MetricSamples } from '../modules/metrics/metrics-report.js';

/** Takes the handlers of requests. */
export type RequestHandlers = Pick<ChannelServer, 'handle'>;

/** What the parts of the writer process share. */
export interface WriterContext {
  readonly configuration: LoadedConfiguration;
  /** Nobody asks before all duties have begun. */
  readonly requests: RequestHandlers;
  readonly metrics: MetricSet;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details?: object) => void;
}

/** A part of what the writer process does. */
export interface WriterDuty {
  /** Errors: what is thrown ends the process, which is told and tried again. */
  start(context: WriterContext): void | Promise<void>;
  /** What is so now, for the metrics. */
  gauges?(): MetricSamples;
  /** All requests are answered, and no more come: finish what else is under way within `graceMs`, and let go. */
  onStop(graceMs: number): Promise<void>;
}
