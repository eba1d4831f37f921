import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { TransformedColumns } from '../transformer.js';
import type { FunctionInputs } from './function-inputs.js';
import type { ThreadTask } from './thread-messages.js';
import { type TransformJob, TransformThread } from './transform-thread.js';

/** Computations that wait for a thread, per thread; more are refused at once. */
const WAITING_PER_THREAD = 64;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;

export interface PoolOptions {
  readonly task: ThreadTask;
  readonly threads: number;
  readonly timeoutMs: number;
  readonly warn: (text: string) => void;
}

interface WaitingJob extends TransformJob {
  readonly deadline: Deadline;
  /** Gives up when no thread is free before the deadline. */
  readonly timer: NodeJS.Timeout;
}

/** The threads of this process for functions that take long. Each has loaded the repo for itself. */
export class TransformPool {
  private readonly threads = new Set<TransformThread>();
  private readonly idle: TransformThread[] = [];
  private readonly waiting = new Set<WaitingJob>();
  private readonly restarts = new Set<NodeJS.Timeout>();
  private delayMs = FIRST_DELAY_MS;
  private closed = false;

  constructor(private readonly options: PoolOptions) {
    for (let i = 0; i < options.threads; i++) this.start();
  }

  /** Errors: those of `runFunction`; UnavailableError when it takes too long, or when too much waits already. */
  run(viewName: string, inputs: FunctionInputs, deadline: Deadline): Promise<TransformedColumns> {
    const most = WAITING_PER_THREAD * this.options.threads;
    if (this.waiting.size >= most) {
      const reason = `${most} computations wait for its ${this.options.threads} threads already (transform_threads)`;
      return Promise.reject(new UnavailableError(`On-demand feature view ${viewName}: ${reason}`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<TransformedColumns>();
    const timer = setTimeout(() => {
      this.waiting.delete(job);
      reject(
        new UnavailableError(
          `On-demand feature view ${viewName}: no thread was free for its function in time`,
        ),
      );
    }, deadline.remainingMs());
    const job: WaitingJob = { viewName, inputs, deadline, timer, resolve, reject };
    this.waiting.add(job);
    this.dispatch();
    return promise;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.restarts) clearTimeout(timer);
    await Promise.all([...this.threads].map((thread) => thread.close()));
  }

  private start(): void {
    const thread = new TransformThread(this.options.task, {
      idle: (one) => {
        this.delayMs = FIRST_DELAY_MS;
        this.idle.push(one);
        this.dispatch();
      },
      ended: (one, ready, reason) => this.ended(one, ready, reason),
    });
    this.threads.add(thread);
  }

  private dispatch(): void {
    for (const job of this.waiting) {
      const thread = this.idle.pop();
      if (!thread) return;
      this.waiting.delete(job);
      clearTimeout(job.timer);
      thread.run(job, Math.min(this.options.timeoutMs, job.deadline.remainingMs()));
    }
  }

  /** One that had served is replaced at once; one that cannot load is tried again, ever more seldom. */
  private ended(thread: TransformThread, ready: boolean, reason: string): void {
    this.threads.delete(thread);
    const at = this.idle.indexOf(thread);
    if (at >= 0) this.idle.splice(at, 1);
    if (this.closed) return;
    this.options.warn(`a thread of on-demand functions ended and is replaced: ${reason}`);
    if (ready) {
      this.start();
      return;
    }
    const timer = setTimeout(() => {
      this.restarts.delete(timer);
      this.start();
    }, this.delayMs);
    timer.unref();
    this.restarts.add(timer);
    this.delayMs = Math.min(LONGEST_DELAY_MS, 2 * this.delayMs);
  }
}
