import { Worker } from 'node:worker_threads';
import type { MetricSamples } from '../modules/metrics/metrics-report.js';
import { isFileOfflineStore } from '../modules/offline-store/offline-store-writer-factory.js';
import { OFFLINE_APPEND } from '../modules/offline-store/remote/offline-append.method.js';
import type { FromOfflineThread, ToOfflineThread } from './offline-thread-messages.js';
import { RestartPolicy } from './restart-policy.js';
import { ThreadCalls } from './thread-calls.js';
import type { WriterContext, WriterDuty } from './writer-duty.js';

const ENTRY = new URL('./offline-thread.main.js', import.meta.url);
const LOOK_MS = 1000;
/** A merge keeps the thread for seconds, on a slow machine for tens of them. */
const SILENCE_LIMIT_MS = 300_000;
const LONGEST_DELAY_MS = 5000;

/** The thread that is running. */
interface Running {
  readonly worker: Worker;
  readonly startedAtMs: number;
  heardAtMs: number;
  /** Why it ends, once something has said so. */
  reason: string | undefined;
}

export interface OfflineThreadOptions {
  /** The program of the thread. */
  readonly entry?: URL | string;
  readonly silenceLimitMs?: number;
}

/**
 * Appends to the offline store, and works the journal off, in a thread of its own. One that ends is followed by another:
 * what was asked of it has failed by then, and what is in the journal is read again.
 */
export class OfflineThreadDuty implements WriterDuty {
  private readonly calls = new ThreadCalls();
  private readonly restarts = new RestartPolicy();
  private readonly entry: URL | string;
  private readonly silenceLimitMs: number;
  private context: WriterContext | undefined;
  private running: Running | undefined;
  private restart: NodeJS.Timeout | undefined;
  private watching: NodeJS.Timeout | undefined;
  private reported: MetricSamples = [];
  private isStopping = false;
  private onStopped: () => void = () => undefined;

  /** `relay` tells the primary process what the thread has counted; the options are for tests. */
  constructor(
    private readonly relay: (counted: MetricSamples) => void,
    { entry = ENTRY, silenceLimitMs = SILENCE_LIMIT_MS }: OfflineThreadOptions = {},
  ) {
    this.entry = entry;
    this.silenceLimitMs = silenceLimitMs;
  }

  start(context: WriterContext): void {
    if (!isFileOfflineStore(context.configuration.featureStore.offlineStore)) return;
    this.context = context;
    context.requests.handle(OFFLINE_APPEND, (append, deadline) =>
      this.calls.call(OFFLINE_APPEND, append, deadline),
    );
    this.watching = setInterval(() => this.watch(), LOOK_MS);
    this.begin(context);
  }

  /** Warns of those that a registry names and to which nothing could be added. */
  lookAtSources(registry: Uint8Array): void {
    if (this.running !== undefined) this.post(this.running, { type: 'look-at-sources', registry });
  }

  gauges(): MetricSamples {
    return this.reported;
  }

  async onStop(graceMs: number): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.restart);
    clearInterval(this.watching);
    const { running } = this;
    if (running === undefined) return;
    const stopped = new Promise<void>((resolve) => (this.onStopped = resolve));
    this.post(running, { type: 'stop', graceMs });
    const limit = setTimeout(this.onStopped, graceMs);
    await stopped;
    clearTimeout(limit);
    await running.worker.terminate();
  }

  private begin(context: WriterContext): void {
    const worker = new Worker(this.entry, { workerData: context.configuration });
    const nowMs = performance.now();
    const running: Running = { worker, startedAtMs: nowMs, heardAtMs: nowMs, reason: undefined };
    this.running = running;
    worker.on('message', (message: FromOfflineThread) => this.receive(running, message));
    worker.on('error', (error: unknown) => {
      running.reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.once('exit', (code) => this.ended(running, code));
    this.calls.begin((message) => this.post(running, message));
  }

  private receive(running: Running, message: FromOfflineThread): void {
    running.heardAtMs = performance.now();
    switch (message.type) {
      case 'reply':
      case 'failed':
        this.calls.receive(message);
        break;
      case 'log':
        this.context?.log(message.level, message.message, message.details);
        break;
      case 'metrics':
        this.reported = message.report.gauges ?? this.reported;
        this.relay(message.report.counted);
        break;
      case 'stopped':
        this.onStopped();
        break;
      case 'alive':
        break;
    }
  }

  private ended(running: Running, code: number): void {
    this.running = undefined;
    this.calls.end();
    this.onStopped();
    if (this.isStopping) return;
    const ageMs = performance.now() - running.startedAtMs;
    const delayMs = this.restarts.nextDelayMs(ageMs) ?? LONGEST_DELAY_MS;
    this.context?.log('error', 'the thread for the offline store ended: it is started again', {
      error: running.reason ?? `exit code ${code}`,
      delayMs,
    });
    this.restart = setTimeout(() => this.context && this.begin(this.context), delayMs);
  }

  private watch(): void {
    const { running } = this;
    if (running === undefined || running.reason !== undefined) return;
    const silentMs = performance.now() - running.heardAtMs;
    if (silentMs <= this.silenceLimitMs) return;
    running.reason = `it gave no sign of life for ${Math.round(silentMs / 1000)} s`;
    void running.worker.terminate();
  }

  private post({ worker }: Running, message: ToOfflineThread): void {
    worker.postMessage(message);
  }
}
