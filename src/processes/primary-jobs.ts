import { UnavailableError } from '../common/errors/errors.js';
import type { Deadline } from '../common/model/deadline.js';
import {
  type JobRecord,
  type JobSubmission,
  MaterializationJobs,
  type SubmitAnswer,
} from '../modules/materialization/materialization-jobs.js';
import { type JobsAnswer, type JobsRequest, sendToPrimary } from './messages.js';

/** The primary process answers in time; on top of that, for a message on its way. */
const ANSWER_MARGIN_MS = 1000;

/** The jobs of the primary process, as a worker asks for them. */
export class PrimaryJobs extends MaterializationJobs {
  private readonly waiting = new Map<number, (answer: JobsAnswer) => void>();
  private lastNumber = 0;

  /** The answer to a request of this process. What nobody waits for any more is dropped. */
  receive(number: number, answer: JobsAnswer): void {
    this.waiting.get(number)?.(answer);
  }

  override async submit(submission: JobSubmission, deadline: Deadline): Promise<SubmitAnswer> {
    const answer = await this.ask({ kind: 'submit', submission }, deadline);
    return answer.kind === 'submitted' ? answer.answer : unexpected(answer);
  }

  override ended(jobId: string, deadline: Deadline): Promise<JobRecord | undefined> {
    return this.askForJob({ kind: 'wait', jobId }, deadline);
  }

  override async list(deadline: Deadline): Promise<readonly JobRecord[]> {
    const answer = await this.ask({ kind: 'list' }, deadline);
    return answer.kind === 'jobs' ? answer.jobs : unexpected(answer);
  }

  override find(jobId: string, deadline: Deadline): Promise<JobRecord | undefined> {
    return this.askForJob({ kind: 'find', jobId }, deadline);
  }

  override cancel(jobId: string, reason: string, deadline: Deadline): Promise<JobRecord | undefined> {
    return this.askForJob({ kind: 'cancel', jobId, reason }, deadline);
  }

  private async askForJob(request: JobsRequest, deadline: Deadline): Promise<JobRecord | undefined> {
    const answer = await this.ask(request, deadline);
    return answer.kind === 'job' ? answer.job : unexpected(answer);
  }

  private async ask(request: JobsRequest, deadline: Deadline): Promise<JobsAnswer> {
    const number = ++this.lastNumber;
    const limitMs = deadline.remainingMs();
    const { promise, resolve, reject } = Promise.withResolvers<JobsAnswer>();
    this.waiting.set(number, resolve);
    const limit = setTimeout(
      () => reject(new UnavailableError('the process that runs jobs does not answer: try again')),
      limitMs + ANSWER_MARGIN_MS,
    );
    sendToPrimary({ type: 'jobs-request', number, request, limitMs });
    try {
      return await promise;
    } finally {
      clearTimeout(limit);
      this.waiting.delete(number);
    }
  }
}

function unexpected(answer: JobsAnswer): never {
  throw new Error(`the primary process answered with ${answer.kind}`);
}
