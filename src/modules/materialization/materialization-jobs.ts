import type { Deadline } from '../../common/model/deadline.js';
import type { MaterializationJob, ViewResult } from './materialization-job.js';

export type JobStatus =
  /** It waits for other jobs. */
  | 'queued'
  | 'running'
  /** Every view is as it was asked for. */
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/** How far the view is that is under way. */
export interface ViewProgress {
  readonly viewName: string;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly rowsRead: number;
  /** Written or kept out. */
  readonly rowsDone: number;
  readonly rowsToStore: number;
}

/** What is known of a job. Plain data. Units: milliseconds since the epoch. */
export interface JobRecord {
  readonly id: string;
  readonly project: string;
  /** Who asked for it. */
  readonly requestor: string;
  readonly status: JobStatus;
  /** Why it is to end early, or did: somebody asked for that, or the server stops. */
  readonly cancelledFor: 'request' | 'shutdown' | undefined;
  readonly createdAtMs: number;
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** In the order in which they are done. */
  readonly viewNames: readonly string[];
  readonly underWay: ViewProgress | undefined;
  /** Of the views that are done. */
  readonly results: readonly ViewResult[];
  readonly staleServices: readonly string[];
}

/** A job that is to be done. */
export interface JobSubmission {
  readonly job: MaterializationJob;
  readonly requestor: string;
  /** What to do when a view of it is being loaded, or waits for that: wait as well, or refuse. */
  readonly whenBusy: 'wait' | 'refuse';
}

export type SubmitAnswer =
  | { readonly kind: 'accepted' }
  /** These views are being loaded, or wait for that. */
  | { readonly kind: 'busy'; readonly viewNames: readonly string[] }
  /** No more jobs are taken. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * The jobs of a server, wherever they run. They go on whatever becomes of whoever asked for them.
 *
 * Errors: UnavailableError when there is no answer within the time limit.
 */
export abstract class MaterializationJobs {
  abstract submit(submission: JobSubmission, deadline: Deadline): Promise<SubmitAnswer>;

  /** Resolves when the job has ended, or the time is up; undefined when there is no such job. */
  abstract ended(jobId: string, deadline: Deadline): Promise<JobRecord | undefined>;

  /** The newest first. */
  abstract list(deadline: Deadline): Promise<readonly JobRecord[]>;

  abstract find(jobId: string, deadline: Deadline): Promise<JobRecord | undefined>;

  /** Lets what is under way be stored, and ends it. Shape: the job as it is after that; undefined for no such job. */
  abstract cancel(jobId: string, reason: string, deadline: Deadline): Promise<JobRecord | undefined>;
}

export function hasEnded({ status }: JobRecord): boolean {
  return status !== 'queued' && status !== 'running';
}
