import { Deadline } from '../common/model/deadline.js';
import type { MaterializationJobs } from '../modules/materialization/materialization-jobs.js';
import type { JobsAnswer, JobsRequest } from './messages.js';

/** What the primary process answers a worker about its jobs. */
export async function answerJobsRequest(
  jobs: MaterializationJobs,
  request: JobsRequest,
  limitMs: number,
): Promise<JobsAnswer> {
  const deadline = Deadline.after(limitMs);
  switch (request.kind) {
    case 'submit':
      return { kind: 'submitted', answer: await jobs.submit(request.submission, deadline) };
    case 'wait':
      return { kind: 'job', job: await jobs.ended(request.jobId, deadline) };
    case 'list':
      return { kind: 'jobs', jobs: await jobs.list(deadline) };
    case 'find':
      return { kind: 'job', job: await jobs.find(request.jobId, deadline) };
    case 'cancel':
      return { kind: 'job', job: await jobs.cancel(request.jobId, request.reason, deadline) };
  }
}
