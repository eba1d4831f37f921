import type { MetricsReport } from '../modules/metrics/metrics-report.js';
import type { ToPrimary } from './messages.js';
import type { ReplaceReason, WorkerHandle } from './worker-handle.js';

/** Why a worker ended that is replaced. */
export type EndReason = ReplaceReason | 'killed' | 'ended' | 'failed';

export interface WorkerPoolEvents {
  /** A worker accepts connections. */
  readonly onReady: (worker: WorkerHandle, url: string) => void;
  /** Serving cannot go on: a worker says that it cannot start, or workers keep ending. */
  readonly onFatal: (reason: string) => void;
  /** The last worker has ended while stopping. */
  readonly onEmpty: () => void;
  /** What a worker has counted. */
  readonly onMetrics: (worker: WorkerHandle, report: MetricsReport, answer: boolean) => void;
  /** A worker wants something of the jobs. */
  readonly onJobsRequest: (
    worker: WorkerHandle,
    message: Extract<ToPrimary, { type: 'jobs-request' }>,
  ) => void;
  /** `reason` undefined: it is not replaced. */
  readonly onEnded: (worker: WorkerHandle, reason: EndReason | undefined) => void;
  /** A worker wants the registry as it is now. */
  readonly onLook: (worker: WorkerHandle, look: number) => void;
  /** Where a worker that starts now finds the writer. */
  readonly writerAddress: () => string | undefined;
}
