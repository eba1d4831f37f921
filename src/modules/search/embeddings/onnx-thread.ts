import { Worker } from 'node:worker_threads';
import { InvalidValueError, UnavailableError } from '../../../common/errors/errors.js';
import type { FromOnnxThread, OnnxModelOptions } from './onnx-messages.js';

interface Waiting {
  readonly resolve: (vector: readonly number[]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A thread that holds a model and makes the vector of one text at a time. One that takes too long is ended. */
export class OnnxThread {
  /** How long its vectors are, once the model is loaded. Errors: UnavailableError, with why it is not. */
  readonly ready: Promise<number>;
  /** Why it ended. Its memory is free then, but that of a native runtime that is in the middle of something. */
  readonly ended: Promise<string>;
  /** Not to be asked any more. */
  isEnding = false;
  /** It had the model, whatever became of it. */
  wasReady = false;
  private readonly worker: Worker;
  private readonly loading = Promise.withResolvers<number>();
  private waiting: Waiting | undefined;
  private reason = 'its thread ended';

  constructor(options: OnnxModelOptions, loadLimitMs: number) {
    this.worker = new Worker(new URL('./onnx-embeddings.worker.js', import.meta.url), {
      workerData: options,
      execArgv: [],
    });
    // An idle thread keeps no process alive.
    this.worker.unref();
    const timer = setTimeout(() => this.end(`it was not loaded within ${loadLimitMs / 1000} s`), loadLimitMs);
    this.ready = this.loading.promise.finally(() => clearTimeout(timer));
    // Whoever asks is told; that nobody does is no failure of the process.
    this.ready.catch(() => undefined);
    this.worker.on('message', (message: FromOnnxThread) => this.receive(message));
    this.worker.on('error', (error) => {
      this.reason = error instanceof Error ? error.message : String(error);
    });
    this.ended = new Promise((resolve) => {
      this.worker.once('exit', () => {
        this.fail();
        resolve(this.reason);
      });
    });
  }

  /** Errors: InvalidValueError for a text of which no vector can be made; UnavailableError when it takes too long. */
  embed(text: string, limitMs: number): Promise<readonly number[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
    const timer = setTimeout(
      () => this.end(`it had no vector within ${Math.round(limitMs)} ms (embedding.timeout_ms)`),
      limitMs,
    );
    this.waiting = { resolve, reject, timer };
    this.worker.postMessage(text);
    return promise;
  }

  /** A native runtime first ends what it computes. */
  end(reason: string): void {
    this.reason = reason;
    this.fail();
    void this.worker.terminate();
  }

  private receive(message: FromOnnxThread): void {
    switch (message.kind) {
      case 'ready':
        this.wasReady = true;
        this.loading.resolve(message.length);
        break;
      case 'failed':
        this.end(message.message);
        break;
      case 'vector':
        this.settle()?.resolve(Array.from(message.vector));
        break;
      case 'refused':
        this.settle()?.reject(new InvalidValueError(message.message));
        break;
    }
  }

  private fail(): void {
    this.isEnding = true;
    const error = new UnavailableError(`the embedding model cannot be asked: ${this.reason}`);
    this.loading.reject(error);
    this.settle()?.reject(error);
  }

  /** The text that was waited for, which is done now. */
  private settle(): Waiting | undefined {
    const { waiting } = this;
    clearTimeout(waiting?.timer);
    this.waiting = undefined;
    return waiting;
  }
}
