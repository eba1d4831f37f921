import type { Worker } from 'node:cluster';
import { sendToWorker, type ToWorker } from './messages.js';

/**
 * `starting` until it accepts connections; `retiring` from when it was told to end, or was killed on purpose.
 */
export type WorkerState = 'starting' | 'ready' | 'retiring';

/** Why a worker is replaced by another. */
export type ReplaceReason = 'recycled' | 'reloaded' | 'hung';

/** A worker process as the primary sees it. */
export class WorkerHandle {
  state: WorkerState = 'starting';
  /** Why it is ended on purpose; undefined while it is not. */
  replacedFor: ReplaceReason | undefined;
  /** Open connections, as it last said. */
  connections = 0;
  /** When the last of the callers that wait for jobs gives up. */
  #callersWaitUntilMs = 0;
  readonly #startedAtMs = performance.now();
  #heardAtMs = performance.now();

  constructor(
    private readonly worker: Worker,
    /** Another worker that ends once this one is ready. */
    readonly replaces: WorkerHandle | undefined,
  ) {}

  get id(): number {
    return this.worker.id;
  }

  get pid(): number | undefined {
    return this.worker.process.pid;
  }

  get ageMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  /** Since it last said anything. */
  get silentMs(): number {
    return performance.now() - this.#heardAtMs;
  }

  /** So long callers may still wait for jobs: their connections are not to be closed. */
  get callersWaitForMs(): number {
    return Math.max(0, this.#callersWaitUntilMs - performance.now());
  }

  callerWaits(limitMs: number): void {
    this.#callersWaitUntilMs = Math.max(this.#callersWaitUntilMs, performance.now() + limitMs);
  }

  heard(): void {
    this.#heardAtMs = performance.now();
  }

  send(message: ToWorker): void {
    sendToWorker(this.worker, message);
  }

  retire(graceMs: number): void {
    this.state = 'retiring';
    this.send({ type: 'drain', graceMs });
  }

  kill(): void {
    this.state = 'retiring';
    this.worker.process.kill('SIGKILL');
  }
}
