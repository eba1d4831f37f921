import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from '../bootstrap.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { ReadinessService } from '../modules/health/readiness.service.js';
import { RegistryDecoder } from '../modules/registry/registry.codec.js';
import { RegistryService } from '../modules/registry/registry.service.js';
import { LameDuck } from './lame-duck.js';
import { sendToPrimary, type ToWorker } from './messages.js';
import { WorkerMetrics } from './worker-metrics.js';

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

class Worker {
  private readonly logger = new Logger('Worker');
  private serving: Promise<Serving> | undefined;
  private decoder: RegistryDecoder | undefined;
  private generation = 0;

  receive(message: ToWorker): void {
    switch (message.type) {
      case 'start':
        this.decoder = new RegistryDecoder(message.configuration.featureStore.project);
        this.serving = serve(message.configuration);
        this.serving.catch((error: unknown) => this.giveUp(error));
        break;
      case 'registry':
        void this.serving?.then(
          (serving) => this.replaceRegistry(serving, message.generation, message.bytes),
          ignore,
        );
        break;
      case 'drain':
        void this.drain(message.graceMs);
        break;
      case 'report-metrics':
        void this.serving?.then(({ metrics }) => metrics?.answer(), ignore);
        break;
    }
  }

  private replaceRegistry({ app, metrics }: Serving, generation: number, bytes: Uint8Array): void {
    if (!this.decoder || generation <= this.generation) return;
    this.generation = generation;
    try {
      const snapshot = this.decoder.decode(bytes);
      app.get(RegistryService).replace(snapshot);
      metrics?.registryReplaced(generation, snapshot);
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
      const { app, lameDuck, metrics } = await this.serving;
      app.get(ReadinessService).drain();
      await lameDuck.drain(graceMs);
      await app.close();
      await metrics?.end();
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

interface Serving {
  readonly app: NestFastifyApplication;
  readonly lameDuck: LameDuck;
  readonly metrics: WorkerMetrics | undefined;
}

async function serve(configuration: LoadedConfiguration): Promise<Serving> {
  const app = await createApplication(configuration);
  const lameDuck = new LameDuck(app.getHttpAdapter().getInstance());
  const metrics = WorkerMetrics.of(app, configuration);
  const { host, port } = configuration.salver.server;
  await app.listen({ host, port });
  sendToPrimary({ type: 'ready', url: await app.getUrl() });
  metrics?.start();
  return { app, lameDuck, metrics };
}
