import { Worker } from 'node:worker_threads';
import { InvalidValueError, UnavailableError } from '../../../common/errors/errors.js';
import type { TransformedColumns } from '../transformer.js';
import type { FromThread, ThreadTask, ToThread } from './thread-messages.js';
import { lateResult } from './typescript-transformer.js';

/** A computation that somebody waits for. */
export interface TransformJob extends ToThread {
  resolve(columns: TransformedColumns): void;
  reject(error: Error): void;
}

export interface ThreadEvents {
  /** Waits for a job: the first, or the next one. */
  idle(thread: TransformThread): void;
  /** `ready`: it had loaded the repo before it ended. */
  ended(thread: TransformThread, ready: boolean, reason: string): void;
}

/** A thread that computes one thing at a time. One that takes too long is ended. */
export class TransformThread {
  private readonly worker: Worker;
  private job: TransformJob | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ready = false;
  private reason = 'it ended';

  constructor(
    task: ThreadTask,
    private readonly events: ThreadEvents,
  ) {
    this.worker = new Worker(new URL('./transform.thread.js', import.meta.url), {
      workerData: task,
      execArgv: [],
    });
    this.worker.on('message', (message: FromThread) => this.receive(message));
    this.worker.on('error', (error) => {
      this.reason = error instanceof Error ? error.message : String(error);
    });
    this.worker.once('exit', () => this.end());
    this.worker.unref();
  }

  run(job: TransformJob, limitMs: number): void {
    this.job = job;
    this.timer = setTimeout(() => {
      this.reason = `the function of ${job.viewName} took longer than ${Math.round(limitMs)} ms`;
      this.settle()?.reject(lateResult(job.viewName, limitMs));
      void this.worker.terminate();
    }, limitMs);
    this.worker.postMessage({ viewName: job.viewName, inputs: job.inputs } satisfies ToThread);
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private receive(message: FromThread): void {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        break;
      case 'failed':
        this.reason = message.message;
        void this.worker.terminate();
        return;
      case 'result':
        this.settle()?.resolve(new Map(message.columns));
        break;
      case 'error':
        this.settle()?.reject(errorOf(message));
        break;
    }
    this.events.idle(this);
  }

  private end(): void {
    const job = this.settle();
    job?.reject(
      new UnavailableError(
        `On-demand feature view ${job.viewName}: the thread of its function ended: ${this.reason}`,
      ),
    );
    this.events.ended(this, this.ready, this.reason);
  }

  /** The job, which is done now. */
  private settle(): TransformJob | undefined {
    clearTimeout(this.timer);
    const { job } = this;
    this.job = undefined;
    return job;
  }
}

function errorOf({ message, issues }: Extract<FromThread, { type: 'error' }>): InvalidValueError {
  return new InvalidValueError(message, issues === undefined ? {} : { issues });
}
