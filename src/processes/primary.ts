import type { Logger } from 'pino';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { Deadline } from '../common/model/deadline.js';
import type { RegistryPoller } from '../modules/registry/registry-poller.js';
import { changedFixedSettings, withFixedSettings } from './fixed-settings.js';
import { PrimaryMaterialization } from './primary-materialization.js';
import { type PrimaryMetrics, WRITER_ID } from './primary-metrics.js';
import { listenToSignals } from './primary-signals.js';
import { RegistryLooks } from './registry-looks.js';
import type { WorkerHandle } from './worker-handle.js';
import { WorkerPool } from './worker-pool.js';
import { WriterProcess } from './writer-process.js';

/** How long the first look at the registry may take before workers start without one. */
const FIRST_LOOK_TIMEOUT_MS = 10_000;
/** When serving cannot go on: what is under way may finish. */
const GIVE_UP_GRACE_MS = 1500;
/** For the writer, when the workers have used up the grace. */
const WRITER_GRACE_MS = 1500;

/** What the primary is told to use. */
export interface PrimaryParts {
  readonly configuration: LoadedConfiguration;
  /** The configuration as it is now on disk. Errors: ConfigurationError. */
  readonly reloadConfiguration: () => Promise<LoadedConfiguration>;
  readonly poller: RegistryPoller;
  readonly logger: Logger;
  /** Undefined when they are off. */
  readonly metrics: PrimaryMetrics | undefined;
}

/** The process that serves nothing: keeps the workers running and the registry fresh. */
export class Primary {
  private readonly pool: WorkerPool;
  private readonly writer: WriterProcess;
  private readonly looks: RegistryLooks;
  private readonly materialization: PrimaryMaterialization;
  private jobsEnded: Promise<void> | undefined;
  private configuration: LoadedConfiguration;
  private stopping = false;
  private stopUntilMs = 0;
  private announced = false;
  private exitCode = 0;
  private finish: (exitCode: number) => void = () => undefined;

  constructor(private readonly parts: PrimaryParts) {
    this.configuration = parts.configuration;
    this.materialization = new PrimaryMaterialization({ ...parts, configuration: () => this.configuration });
    this.pool = new WorkerPool(
      parts.configuration,
      {
        onReady: (worker, url) => {
          parts.metrics?.workerReady(worker.id);
          this.announce(url);
        },
        onFatal: (reason) => this.giveUp(reason),
        onEmpty: () => void this.stopWriter(),
        onMetrics: (worker, report, answer) => parts.metrics?.receive(worker.id, report, answer),
        onJobsRequest: (worker, message) => void this.materialization.answer(worker, message),
        onEnded: (worker, reason) => parts.metrics?.workerEnded(worker.id, reason),
        onLook: (worker, look) => void this.lookFor(worker, look),
        writerAddress: () => this.writer.address,
      },
      parts.logger,
    );
    this.writer = new WriterProcess(
      parts.configuration,
      {
        onReady: () => parts.metrics?.workerReady(WRITER_ID),
        onMetrics: ({ report, answer }) => parts.metrics?.receive(WRITER_ID, report, answer),
        onEnded: (reason) => parts.metrics?.writerEnded(reason),
      },
      parts.logger,
    );
    this.looks = new RegistryLooks(parts.poller);
  }

  /** A registry that was read and checked: on to every worker. */
  acceptRegistry(generation: number, bytes: Uint8Array): void {
    this.pool.setRegistry({ generation, bytes });
    this.writer.lookAtSources(bytes);
  }

  /** Asks a worker, or the writer, what it has counted. */
  askForMetrics(workerId: number): void {
    if (workerId === WRITER_ID) this.writer.send({ type: 'report-metrics' });
    this.pool.workers.find(({ id }) => id === workerId)?.send({ type: 'report-metrics' });
  }

  /** Serves until told to stop. Resolves with the exit code of the process. */
  async run(): Promise<number> {
    const done = new Promise<number>((resolve) => (this.finish = resolve));
    listenToSignals(this.configuration.salver.server.gracefulTimeoutSeconds * 1000, {
      onStop: (graceMs) => this.toldToStop(graceMs),
      onReload: () => void this.reload(),
    });
    this.writer.start();
    await this.parts.poller.start(Deadline.after(FIRST_LOOK_TIMEOUT_MS));
    if (!this.stopping) this.pool.start();
    const exitCode = await done;
    await this.jobsEnded;
    await this.parts.poller.stop();
    return exitCode;
  }

  /** What is new goes to all workers before the answer does. */
  private async lookFor(worker: WorkerHandle, look: number): Promise<void> {
    const problem = await this.looks.look();
    worker.send({ type: 'registry-looked', look, problem });
  }

  /** When the last worker has ended: what it sent is stored, and then there is nobody left. */
  private async stopWriter(): Promise<void> {
    await this.writer.stop(Math.max(WRITER_GRACE_MS, this.stopUntilMs - performance.now()));
    this.finish(this.exitCode);
  }

  private announce(url: string): void {
    if (this.announced) return;
    this.announced = true;
    const { project } = this.configuration.featureStore;
    const { workers } = this.configuration.salver.server;
    this.parts.logger.info({ url, project, workers }, 'serving');
  }

  /** What is on disk is read again, and all workers are replaced; what is wrong there is told and changes nothing. */
  private async reload(): Promise<void> {
    if (this.stopping) return;
    const { logger, poller } = this.parts;
    try {
      await this.takeConfiguration();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.error({ reason }, 'told to reload: the configuration is wrong, the old one stays');
      return;
    }
    if (this.stopping) return;
    logger.info('told to reload: the workers are replaced one by one');
    void poller.refreshNow(Deadline.after(FIRST_LOOK_TIMEOUT_MS));
    this.materialization.reopenLogs();
    this.pool.broadcast({ type: 'reopen-logs' });
    this.pool.replaceAll(this.configuration);
  }

  /** Errors: ConfigurationError; UnavailableError when a writer is needed now and cannot be had: nothing has changed. */
  private async takeConfiguration(): Promise<void> {
    const loaded = await this.parts.reloadConfiguration();
    if (this.stopping) return;
    for (const path of changedFixedSettings(loaded, this.configuration)) {
      this.parts.logger.warn({ path }, 'has changed, which takes effect only with a restart');
    }
    const next = withFixedSettings(loaded, this.configuration);
    this.writer.replace(next, next.salver.server.gracefulTimeoutSeconds * 1000);
    this.configuration = next;
  }

  private toldToStop(graceMs: number): void {
    if (this.stopping) {
      this.parts.logger.warn('told to stop again: ending at once');
      this.pool.kill();
      this.writer.kill();
      // The processes of jobs end by themselves when this one is gone.
      this.jobsEnded = undefined;
      this.finish(this.exitCode || 1);
      return;
    }
    this.parts.logger.info({ graceMs }, 'stopping');
    this.stop(0, graceMs);
  }

  private giveUp(reason: string): void {
    this.parts.logger.fatal(reason);
    this.stop(1, GIVE_UP_GRACE_MS);
  }

  private stop(exitCode: number, graceMs: number): void {
    if (this.stopping) return;
    this.stopping = true;
    this.exitCode = exitCode;
    this.stopUntilMs = performance.now() + graceMs;
    // Before the workers have ended: they answer whoever waits for a job.
    this.jobsEnded = this.materialization.stop(graceMs);
    this.pool.stop(graceMs);
  }
}
