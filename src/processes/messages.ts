import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import type { MetricsReport } from '../modules/metrics/metrics-report.js';

/** What the primary process tells a worker. */
export type ToWorker =
  /** Answer to `hello`: begin to serve. */
  | { readonly type: 'start'; readonly configuration: LoadedConfiguration }
  /** A registry that was read and checked. Bytes, because structured clones of large registries stall the receiver. */
  | { readonly type: 'registry'; readonly generation: number; readonly bytes: Uint8Array }
  /** Finish what is under way and end within `graceMs`. */
  | { readonly type: 'drain'; readonly graceMs: number }
  /** Say now what was counted: somebody looks at the metrics. */
  | { readonly type: 'report-metrics' };

/** What a worker tells the primary process. */
export type ToPrimary =
  /** Loaded, and waiting for `start`. */
  | { readonly type: 'hello' }
  /** Accepts connections. */
  | { readonly type: 'ready'; readonly url: string }
  /** Cannot serve, and would not at another try either. */
  | { readonly type: 'start-failed'; readonly message: string }
  /** What was counted since the last report. `answer`: all that was asked for has been sent. */
  | { readonly type: 'metrics'; readonly report: MetricsReport; readonly answer: boolean };

/** Sends to a process that may just have ended, which is no error of the sender. */
export function sendToWorker(
  worker: { send(message: ToWorker, callback: () => void): boolean },
  message: ToWorker,
): void {
  worker.send(message, () => undefined);
}

/** `sent` is called when the message has left this process, or never will. */
export function sendToPrimary(message: ToPrimary, sent: () => void = () => undefined): void {
  if (process.send) process.send(message, undefined, undefined, () => sent());
  else sent();
}
