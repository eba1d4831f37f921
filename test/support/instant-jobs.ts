import { untouched, viewNameOf } from '../../src/modules/materialization/materialization-job.js';
import {
  type JobRecord,
  type JobSubmission,
  MaterializationJobs,
  type SubmitAnswer,
} from '../../src/modules/materialization/materialization-jobs.js';

/** Jobs of an application that has no primary process: nothing is loaded, and every job has ended well at once. */
export class InstantJobs extends MaterializationJobs {
  readonly submissions: JobSubmission[] = [];
  readonly records = new Map<string, JobRecord>();
  /** What is answered to the next submission. */
  nextAnswer: SubmitAnswer = { kind: 'accepted' };

  override submit(submission: JobSubmission): Promise<SubmitAnswer> {
    this.submissions.push(submission);
    this.records.set(submission.job.id, endedRecord(submission));
    return Promise.resolve(this.nextAnswer);
  }

  override ended(jobId: string): Promise<JobRecord | undefined> {
    return this.find(jobId);
  }

  override list(): Promise<readonly JobRecord[]> {
    return Promise.resolve([...this.records.values()]);
  }

  override find(jobId: string): Promise<JobRecord | undefined> {
    return Promise.resolve(this.records.get(jobId));
  }

  override cancel(jobId: string): Promise<JobRecord | undefined> {
    return this.find(jobId);
  }
}

/** A job of some views that has ended well. */
export function endedRecord({ job, requestor }: Omit<JobSubmission, 'whenBusy'>): JobRecord {
  return {
    id: job.id,
    project: job.project,
    requestor,
    status: 'succeeded',
    cancelledFor: undefined,
    createdAtMs: 0,
    startedAtMs: 0,
    endedAtMs: 0,
    viewNames: job.tasks.map(viewNameOf),
    underWay: undefined,
    results: job.tasks.map((task) => untouched(task, 'loaded', 'of a test')),
    staleServices: [],
  };
}
