import type { MetricsReport } from '../modules/metrics/metrics-report.js';

/** What the writer process tells its thread for the offline store. */
export type ToOfflineThread =
  /** A request of a worker process, as it came. */
  | {
      readonly type: 'call';
      readonly id: number;
      readonly method: string;
      readonly request: unknown;
      readonly remainingMs: number;
    }
  /** A registry that is new: warn of sources to which offline pushes could not be added. */
  | { readonly type: 'look-at-sources'; readonly registry: Uint8Array }
  /** No call comes any more: finish what is under way within `graceMs`. */
  | { readonly type: 'stop'; readonly graceMs: number };

/** What the thread tells. */
export type FromOfflineThread =
  | { readonly type: 'reply'; readonly id: number; readonly reply: unknown }
  /** `error` as `encodeError` makes it. */
  | { readonly type: 'failed'; readonly id: number; readonly error: Uint8Array }
  | {
      readonly type: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly message: string;
      readonly details: object;
    }
  | { readonly type: 'metrics'; readonly report: MetricsReport }
  /** Every second: its event loop turns. */
  | { readonly type: 'alive' }
  | { readonly type: 'stopped' };
