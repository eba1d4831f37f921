import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:tls';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { createApplication } from '../bootstrap.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import type { ServerSettings } from '../common/config/server.config.js';
import { ConnectionTable } from '../modules/http/connection-table.js';
import { responseOf } from '../modules/http/request-context.js';
import { RequestsUnderWay } from '../modules/http/requests-under-way.js';
import { HangGuard } from '../modules/transformations/hang-guard.js';
import type { ProcessLinks } from '../process-links.module.js';
import { ConnectionGate } from './connection-gate.js';
import { ConnectionTurnover } from './connection-turnover.js';
import { LameDuck } from './lame-duck.js';
import { sendToPrimary } from './messages.js';
import { readTlsFiles } from './tls-files.js';
import { TlsRenewal } from './tls-renewal.js';
import { WorkerMetrics } from './worker-metrics.js';

const HEARTBEAT_MS = 1000;
/** So many are answered when the process stands still. */
const MOST_PROTECTED = 16_384;

/** The application of a worker on the network: its connections, its certificate, and what it tells the primary. */
export class ServingProcess {
  private readonly logger = new Logger('Worker');
  private readonly lameDuck: LameDuck;
  private readonly gate: ConnectionGate;
  private readonly turnover: ConnectionTurnover;
  private readonly heartbeat: NodeJS.Timeout;
  private readonly renewal: TlsRenewal | undefined;
  /** Undefined when they are off. */
  readonly metrics: WorkerMetrics | undefined;

  private constructor(
    readonly app: NestFastifyApplication,
    configuration: LoadedConfiguration,
  ) {
    const { salver, featureStore } = configuration;
    const http: Server = app.getHttpServer();
    const { server, tls } = salver;
    this.lameDuck = new LameDuck(app.getHttpAdapter().getInstance());
    this.gate = new ConnectionGate(http, {
      maxServed: server.workerConnections,
      maxWaitMs: server.keepAliveTimeoutSeconds * 1000,
    });
    const limits = { requests: server.connectionRequests, ageMs: server.connectionAgeSeconds * 1000 };
    this.turnover = new ConnectionTurnover(http, limits, () => this.gate.isFull);
    countToRecycle(http, server);
    this.metrics = WorkerMetrics.of(app, configuration);
    const guard = app.get(HangGuard);
    // What is encrypted can be written by nobody else.
    if (tls.cert === '') protectConnections(app, guard, server.workerConnections);
    this.heartbeat = setInterval(() => {
      guard.beat();
      sendToPrimary({ type: 'heartbeat', connections: this.gate.open });
    }, HEARTBEAT_MS);
    if (tls.cert !== '') {
      this.renewal = new TlsRenewal(
        http as unknown as TlsServer,
        tls,
        featureStore.repoDir,
        (level, message) => (level === 'info' ? this.logger.log(message) : this.logger.error(message)),
      );
    }
  }

  /**
   * Resolves when it accepts connections; `prepare` is waited for just before it does. `links` lead to the other
   * processes.
   *
   * Errors:  those of the application, of the files of TLS, of listening.
   */
  static async start(
    configuration: LoadedConfiguration,
    links: ProcessLinks,
    prepare: (serving: ServingProcess) => Promise<void>,
  ): Promise<ServingProcess> {
    const { salver, featureStore } = configuration;
    const tls = readTlsFiles(salver.tls, featureStore.repoDir);
    const app = await createApplication(configuration, { tls, links });
    const serving = new ServingProcess(app, configuration);
    await prepare(serving);
    await app.listen({ host: salver.server.host, port: salver.server.port });
    // A function may stand in the way of the first heartbeat.
    app.get(HangGuard).beat();
    sendToPrimary({ type: 'ready', url: await app.getUrl() });
    serving.metrics?.reports.start();
    return serving;
  }

  /** What is over ends with its next answers. */
  keepConnections(share: number): void {
    this.turnover.shed(this.gate.open - share);
  }

  /** Resolves when the last connection is gone, at the latest after `graceMs`. */
  async drain(graceMs: number): Promise<void> {
    clearInterval(this.heartbeat);
    this.renewal?.stop();
    await this.lameDuck.drain(graceMs);
    await this.app.close();
    await this.metrics?.reports.end();
  }
}

/** Connections that are served are answered even when this process stands still. */
function protectConnections(app: NestFastifyApplication, guard: HangGuard, size: number): void {
  const table = new ConnectionTable(Math.min(size, MOST_PROTECTED));
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  table.watch(fastify.server);
  RequestsUnderWay.of(fastify).table = table;
  guard.protect({ words: table.words, slotOf: (deadline) => table.slotOf(responseOf(deadline)) });
}

/** Tells the primary once when this worker has served as many requests as it is to serve. */
function countToRecycle(server: Server, { maxRequests, maxRequestsJitter }: Readonly<ServerSettings>): void {
  if (maxRequests === 0) return;
  let left = maxRequests + Math.floor(Math.random() * (maxRequestsJitter + 1));
  const count = (): void => {
    if (--left > 0) return;
    server.off('request', count);
    sendToPrimary({ type: 'recycle' });
  };
  server.on('request', count);
}
