import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { Deadline } from '../common/model/deadline.js';
import type { RegistryPoller } from '../modules/registry/registry-poller.js';
import { sendToWorker, type ToPrimary, type ToWorker } from './messages.js';
import type { PrimaryMetrics } from './primary-metrics.js';
import { RestartPolicy } from './restart-policy.js';

/** How long the first look at the registry may take before workers start without one. */
const FIRST_LOOK_TIMEOUT_MS = 10_000;
/** Ctrl-C at a terminal: what is under way may finish, idle connections may not hold the process. */
const INTERRUPT_GRACE_MS = 1500;
/** Ctrl-C reaches the launcher and this process both, and the launcher passes it on: within this time it is one. */
const SAME_SIGNAL_MS = 500;
/** Beyond the grace, for a worker that hangs. */
const KILL_MARGIN_MS = 2000;

/** The process that serves nothing: keeps the workers running and the registry fresh. */
export class Primary {
  private readonly restarts = new RestartPolicy();
  private readonly startedAtMs = new Map<number, number>();
  private registry: ToWorker | undefined;
  private stopping = false;
  private signalledAtMs = Number.NEGATIVE_INFINITY;
  private announced = false;
  private exitCode = 0;
  private finish: (exitCode: number) => void = () => undefined;

  constructor(
    private readonly configuration: LoadedConfiguration,
    private readonly poller: RegistryPoller,
    private readonly logger: Logger,
    private readonly metrics?: PrimaryMetrics,
  ) {}

  /** A registry that was read and checked: on to every worker. */
  acceptRegistry(generation: number, bytes: Uint8Array): void {
    this.registry = { type: 'registry', generation, bytes };
    for (const worker of this.workers()) sendToWorker(worker, this.registry);
  }

  /** Asks a worker what it has counted. */
  askForMetrics(workerId: number): void {
    const worker = cluster.workers?.[workerId];
    if (worker) sendToWorker(worker, { type: 'report-metrics' });
  }

  /** Serves until told to stop. Resolves with the exit code of the process. */
  async run(): Promise<number> {
    const done = new Promise<number>((resolve) => (this.finish = resolve));
    this.listenToSignals();
    cluster.setupPrimary({
      exec: fileURLToPath(new URL('../main.js', import.meta.url)),
      serialization: 'advanced',
    });
    cluster.on('message', (worker, message: ToPrimary) => this.receive(worker, message));
    cluster.on('exit', (worker, code, signal) => this.workerEnded(worker, code, signal));
    await this.poller.start(Deadline.after(FIRST_LOOK_TIMEOUT_MS));
    if (!this.stopping) for (let n = 0; n < this.configuration.salver.server.workers; n++) this.fork();
    const exitCode = await done;
    await this.poller.stop();
    return exitCode;
  }

  private receive(worker: Worker, message: ToPrimary): void {
    switch (message.type) {
      case 'hello':
        sendToWorker(worker, { type: 'start', configuration: this.configuration });
        if (this.registry) sendToWorker(worker, this.registry);
        break;
      case 'ready':
        this.metrics?.workerReady(worker.id);
        this.logger.info({ worker: worker.process.pid }, 'worker ready');
        if (!this.announced) {
          const { project } = this.configuration.featureStore;
          this.logger.info(
            { url: message.url, project, workers: this.configuration.salver.server.workers },
            'serving',
          );
        }
        this.announced = true;
        break;
      case 'start-failed':
        this.logger.fatal({ worker: worker.process.pid, reason: message.message }, 'a worker cannot start');
        this.stop(1, INTERRUPT_GRACE_MS);
        break;
      case 'metrics':
        this.metrics?.receive(worker.id, message.report, message.answer);
        break;
    }
  }

  private workerEnded(worker: Worker, code: number, signal: string | null): void {
    this.metrics?.workerEnded(worker.id, this.stopping ? undefined : endReason(code, signal));
    if (this.stopping) {
      if (this.workers().length === 0) this.finish(this.exitCode);
      return;
    }
    this.logger.error({ worker: worker.process.pid, code, signal }, 'a worker ended; starting another');
    const delayMs = this.restarts.nextDelayMs(this.ageMs(worker));
    if (delayMs === undefined) {
      this.logger.fatal('workers keep ending: giving up. The messages above say why they ended');
      this.stop(1, INTERRUPT_GRACE_MS);
      return;
    }
    setTimeout(() => {
      if (!this.stopping) this.fork();
    }, delayMs);
  }

  private fork(): void {
    this.startedAtMs.set(cluster.fork().id, performance.now());
  }

  private ageMs(worker: Worker): number {
    const startedAtMs = this.startedAtMs.get(worker.id) ?? 0;
    this.startedAtMs.delete(worker.id);
    return performance.now() - startedAtMs;
  }

  private listenToSignals(): void {
    const graceMs = this.configuration.salver.server.gracefulTimeoutSeconds * 1000;
    process.on('SIGTERM', () => this.signalled(graceMs));
    process.on('SIGINT', () => this.signalled(Math.min(graceMs, INTERRUPT_GRACE_MS)));
    // The launcher that started this process holds the other end of the channel: without it nobody could stop us.
    process.on('disconnect', () => this.signalled(Math.min(graceMs, INTERRUPT_GRACE_MS)));
  }

  private signalled(graceMs: number): void {
    const sinceLastMs = performance.now() - this.signalledAtMs;
    this.signalledAtMs = performance.now();
    if (this.stopping) {
      if (sinceLastMs < SAME_SIGNAL_MS) return;
      this.logger.warn('told to stop again: ending at once');
      this.killWorkers();
      this.finish(this.exitCode || 1);
      return;
    }
    this.logger.info({ graceMs }, 'stopping');
    this.stop(0, graceMs);
  }

  private stop(exitCode: number, graceMs: number): void {
    if (this.stopping) return;
    this.stopping = true;
    this.exitCode = exitCode;
    if (this.workers().length === 0) this.finish(exitCode);
    for (const worker of this.workers()) sendToWorker(worker, { type: 'drain', graceMs });
    setTimeout(() => this.killWorkers(), graceMs + KILL_MARGIN_MS).unref();
  }

  private killWorkers(): void {
    for (const worker of this.workers()) worker.process.kill('SIGKILL');
  }

  private workers(): Worker[] {
    return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  }
}

/** Label of the metric of restarts. */
function endReason(code: number, signal: string | null): string {
  if (signal !== null) return 'killed';
  return code === 0 ? 'ended' : 'failed';
}
