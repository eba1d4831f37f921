import { Logger } from '@nestjs/common';
import { ChannelClient } from '../common/channel/channel-client.js';
import { ReadinessService } from '../modules/health/readiness.service.js';
import { AuditLog } from '../modules/metrics/audit-log.js';
import { RegistryDecoder } from '../modules/registry/registry.codec.js';
import { RegistryService } from '../modules/registry/registry.service.js';
import { Transformations } from '../modules/transformations/transformations.js';
import { type RegistryBytes, sendToPrimary, type ToWorker } from './messages.js';
import { PrimaryJobs } from './primary-jobs.js';
import { PrimaryRegistryRefresh } from './primary-registry-refresh.js';
import { ServingProcess } from './serving-process.js';

/** A serving process: does what the primary says, and ends when the primary is gone. */
export function runWorker(): void {
  const worker = new Worker();
  process.on('message', (message: ToWorker) => worker.receive(message));
  // Ctrl-C reaches the whole process group: the primary decides what it means.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => worker.receive({ type: 'drain', graceMs: DIRECT_SIGNAL_GRACE_MS }));
  sendToPrimary({ type: 'hello' });
}

/** For a worker that is told to end by a signal of its own, not by the primary. */
const DIRECT_SIGNAL_GRACE_MS = 10_000;

/** Of all requests of this process that wait for the writer. */
const MAX_WAITING_BYTES = 256 << 20;

type Start = Extract<ToWorker, { type: 'start' }>;

/** What makes sense once the application is there. */
type WhileServing = Exclude<ToWorker, { type: 'start' | 'drain' }>;

class Worker {
  private readonly logger = new Logger('Worker');
  private readonly registryRefresh = new PrimaryRegistryRefresh();
  private readonly jobs = new PrimaryJobs();
  private writer: ChannelClient | undefined;
  private serving: Promise<ServingProcess> | undefined;
  private decoder: RegistryDecoder | undefined;
  private generation = 0;

  receive(message: ToWorker): void {
    if (message.type === 'start') this.start(message);
    else if (message.type === 'drain') void this.drain(message.graceMs);
    else void this.serving?.then((serving) => this.act(serving, message), ignore);
  }

  private start({ configuration, registry, writerAddress }: Start): void {
    this.decoder = new RegistryDecoder(configuration.featureStore.project);
    // Before it listens: a worker that joins others must not answer that there is no registry.
    if (writerAddress !== undefined)
      this.writer = new ChannelClient(writerAddress, { maxWaitingBytes: MAX_WAITING_BYTES });
    const links = { writer: this.writer, registryRefresh: this.registryRefresh, jobs: this.jobs };
    this.serving = ServingProcess.start(configuration, links, async (serving) => {
      if (registry) await this.replaceRegistry(serving, registry);
    });
    this.serving.catch((error: unknown) => this.giveUp(error));
  }

  private act(serving: ServingProcess, message: WhileServing): void {
    switch (message.type) {
      case 'registry':
        void this.replaceRegistry(serving, message);
        break;
      case 'registry-looked':
        this.registryRefresh.looked(message.look, message.problem);
        break;
      case 'fair-share':
        serving.keepConnections(message.connections);
        break;
      case 'report-metrics':
        void serving.metrics?.reports.answer();
        break;
      case 'reopen-logs':
        this.reopenLogs(serving);
        break;
      case 'jobs-answer':
        this.jobs.receive(message.number, message.answer);
        break;
    }
  }

  private reopenLogs({ app }: ServingProcess): void {
    try {
      app.get(AuditLog).reopen();
    } catch (error) {
      this.logger.error(
        { error: String(error) },
        'the audit log cannot be opened anew: the old file goes on',
      );
    }
  }

  /** Requests go on with the old registry until what the new one's on-demand views need is there. */
  private async replaceRegistry(
    { app, metrics }: ServingProcess,
    { generation, bytes }: RegistryBytes,
  ): Promise<void> {
    if (!this.decoder || generation <= this.generation) return;
    this.generation = generation;
    try {
      const snapshot = this.decoder.decode(bytes);
      const transformations = app.get(Transformations);
      const preparing = transformations.prepare(snapshot);
      if (preparing) await preparing;
      if (generation < this.generation) return;
      app.get(RegistryService).replace(snapshot);
      metrics?.registryReplaced(generation, snapshot);
      // A successor loads the files of the repository anew.
      if (transformations.outdated) sendToPrimary({ type: 'recycle' });
    } catch (error) {
      this.logger.error(
        { generation, error: String(error) },
        'a registry that the primary accepted does not decode',
      );
    }
  }

  private async drain(graceMs: number): Promise<void> {
    if (!this.serving) process.exit(0);
    try {
      const serving = await this.serving;
      serving.app.get(ReadinessService).drain();
      await serving.drain(graceMs);
      this.writer?.close();
      process.exit(0);
    } catch (error) {
      this.logger.error({ error: String(error) }, 'could not end in order');
      process.exit(1);
    }
  }

  private giveUp(error: unknown): void {
    sendToPrimary({ type: 'start-failed', message: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect?.();
  }
}

const ignore = (): void => undefined;
