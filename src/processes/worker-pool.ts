import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import type { ServerSettings } from '../common/config/server.config.js';
import { fairShare } from './fair-share.js';
import type { RegistryBytes, ToPrimary, ToWorker } from './messages.js';
import { RestartPolicy } from './restart-policy.js';
import { WorkerHandle } from './worker-handle.js';
import type { EndReason, WorkerPoolEvents } from './worker-pool-events.js';

/** Beyond the grace, for a worker that hangs. */
const KILL_MARGIN_MS = 2000;
/** How often it is looked who is silent, and how connections are spread. */
const LOOK_MS = 1000;
/** How long a successor may take to become ready. */
const SUCCESSOR_START_MS = 60_000;
/** After the announced keep-alive time an idle client has closed, or knows that the connection may be gone. */
const KEEP_ALIVE_MARGIN_MS = 1000;

/**
 * By default the young generation alone takes 100 MB under load, and buffers wait long for their collection: with these
 * a worker of the benchmark's repo stays below 200 MB (docs/benchmarks.md). The old generation may grow by 30 %: with 10 %
 * all memory was marked after every 100 to 200 pushes of 100 rows, and the threads that do it took up to as much processor
 * time as all else of the worker. The difference in memory is 2 to 8 MB.
 */
const SMALL_HEAP = ['--max-semi-space-size=2', '--heap-growing-percent=30'];

/**
 * Keeps as many workers serving as the configuration says: starts them, replaces those that end, hang or are due, one
 * at a time and each only when its successor is ready.
 */
export class WorkerPool {
  private readonly restarts = new RestartPolicy();
  private readonly handles = new Map<number, WorkerHandle>();
  /** To be replaced, in this order. */
  private readonly due = new Set<WorkerHandle>();
  private registry: RegistryBytes | undefined;
  private looking: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(
    private configuration: LoadedConfiguration,
    private readonly events: WorkerPoolEvents,
    private readonly logger: Logger,
  ) {}

  start(): void {
    // Workers accept from the shared socket themselves. Connections that the primary hands over would be lost, without
    // a reset, when a worker ends before it has taken them.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({
      exec: fileURLToPath(new URL('../main.js', import.meta.url)),
      execArgv: [...process.execArgv, ...SMALL_HEAP],
      serialization: 'advanced',
    });
    cluster.on('message', (worker, message: ToPrimary) => this.receive(worker, message));
    cluster.on('exit', (worker, code, signal) => this.ended(worker, code, signal));
    this.looking = setInterval(() => this.look(), LOOK_MS);
    for (let n = 0; n < this.server.workers; n++) this.fork();
  }

  get workers(): readonly WorkerHandle[] {
    return [...this.handles.values()];
  }

  /** To every worker, now and at its start. */
  setRegistry(registry: RegistryBytes): void {
    this.registry = registry;
    this.broadcast({ type: 'registry', ...registry });
  }

  broadcast(message: ToWorker): void {
    for (const worker of this.handles.values()) worker.send(message);
  }

  /** All workers are replaced, one after the other, by workers with this configuration. */
  replaceAll(configuration: LoadedConfiguration): void {
    this.configuration = configuration;
    for (const worker of this.handles.values()) {
      if (worker.state === 'retiring') continue;
      worker.replacedFor = 'reloaded';
      this.due.add(worker);
    }
    this.replaceNext();
  }

  stop(graceMs: number): void {
    this.stopping = true;
    clearInterval(this.looking);
    this.due.clear();
    if (this.handles.size === 0) this.events.onEmpty();
    for (const worker of this.handles.values()) worker.retire(graceMs);
    setTimeout(() => this.kill(), graceMs + KILL_MARGIN_MS).unref();
  }

  kill(): void {
    for (const worker of this.handles.values()) worker.kill();
  }

  private get successorStartMs(): number {
    return SUCCESSOR_START_MS + 2 * this.configuration.salver.artifacts.loadTimeoutSeconds * 1000;
  }

  private get server(): Readonly<ServerSettings> {
    return this.configuration.salver.server;
  }

  private fork(replaces?: WorkerHandle): void {
    const worker = cluster.fork();
    this.handles.set(worker.id, new WorkerHandle(worker, replaces));
  }

  private receive({ id }: Worker, message: ToPrimary): void {
    const worker = this.handles.get(id);
    if (!worker) return;
    worker.heard();
    switch (message.type) {
      case 'hello':
        this.begin(worker);
        break;
      case 'ready':
        this.becameReady(worker, message.url);
        break;
      case 'start-failed':
        this.startFailed(worker, message.message);
        break;
      case 'heartbeat':
        worker.connections = message.connections;
        break;
      case 'recycle':
        this.recycle(worker);
        break;
      case 'look-at-registry':
        this.events.onLook(worker, message.look);
        break;
      case 'metrics':
        this.events.onMetrics(worker, message.report, message.answer);
        break;
      case 'jobs-request':
        this.events.onJobsRequest(worker, message);
        break;
    }
  }

  private begin(worker: WorkerHandle): void {
    const { configuration, registry } = this;
    worker.send({ type: 'start', configuration, registry, writerAddress: this.events.writerAddress() });
  }

  private becameReady(worker: WorkerHandle, url: string): void {
    if (worker.state !== 'starting') return;
    worker.state = 'ready';
    this.logger.info({ worker: worker.pid }, 'worker ready');
    this.events.onReady(worker, url);
    if (worker.replaces) this.retire(worker.replaces);
    this.replaceNext();
  }

  private retire(worker: WorkerHandle): void {
    this.due.delete(worker);
    if (!this.handles.has(worker.id) || worker.state === 'retiring') return;
    const idleMs = this.server.keepAliveTimeoutSeconds * 1000 + 2 * KEEP_ALIVE_MARGIN_MS;
    const graceMs = Math.max(idleMs, worker.callersWaitForMs);
    this.logger.info({ worker: worker.pid, graceMs }, 'a worker was replaced and finishes what is under way');
    worker.retire(graceMs);
    setTimeout(() => {
      if (this.handles.has(worker.id)) worker.kill();
    }, graceMs + KILL_MARGIN_MS).unref();
  }

  /** A worker has served as many requests as it is to serve; young ones wait, so that nothing turns in circles. */
  private recycle(worker: WorkerHandle): void {
    const waitMs = Math.max(0, this.server.minWorkerAgeSeconds * 1000 - worker.ageMs);
    setTimeout(() => {
      if (this.stopping || !this.handles.has(worker.id) || worker.state !== 'ready') return;
      worker.replacedFor ??= 'recycled';
      this.due.add(worker);
      this.replaceNext();
    }, waitMs).unref();
  }

  /** Nothing while a successor starts. */
  private replaceNext(): void {
    if (this.stopping) return;
    const workers = [...this.handles.values()];
    if (workers.some(({ state, replaces }) => state === 'starting' && replaces)) return;
    for (const worker of this.due) {
      if (this.handles.has(worker.id) && worker.state !== 'retiring') {
        this.fork(worker);
        return;
      }
      this.due.delete(worker);
    }
  }

  private startFailed(worker: WorkerHandle, reason: string): void {
    if (!worker.replaces) {
      this.events.onFatal(`a worker cannot start: ${reason}`);
      return;
    }
    this.due.clear();
    worker.state = 'retiring';
    this.logger.error({ worker: worker.pid, reason }, 'a successor cannot start: its predecessor serves on');
  }

  private ended({ id, process }: Worker, code: number, signal: string | null): void {
    const worker = this.handles.get(id);
    if (!worker) return;
    this.handles.delete(id);
    this.due.delete(worker);
    this.events.onEnded(worker, this.stopping ? undefined : endReason(worker, code, signal));
    if (this.stopping) {
      if (this.handles.size === 0) this.events.onEmpty();
      return;
    }
    if (worker.state !== 'retiring') {
      this.logger.error({ worker: process.pid, code, signal }, 'a worker ended; starting another');
    }
    this.refill(worker);
  }

  /** Starts what is missing; a worker that ended young is waited for longer each time. */
  private refill(ended: WorkerHandle): void {
    if (this.serving >= this.server.workers) {
      this.replaceNext();
      return;
    }
    const delayMs = ended.state === 'retiring' ? 0 : this.restarts.nextDelayMs(ended.ageMs);
    if (delayMs === undefined) {
      this.events.onFatal('workers keep ending: giving up. The messages above say why they ended');
      return;
    }
    setTimeout(() => {
      if (!this.stopping && this.serving < this.server.workers) this.fork();
      this.replaceNext();
    }, delayMs);
  }

  /** Workers that serve or will, without successors, which take the place of one of them. */
  private get serving(): number {
    return [...this.handles.values()].filter(
      ({ state, replaces }) =>
        state !== 'retiring' && !(state === 'starting' && replaces && this.handles.has(replaces.id)),
    ).length;
  }

  private look(): void {
    const ready = [...this.handles.values()].filter(({ state }) => state === 'ready');
    for (const { worker, share } of fairShare(ready)) worker.send({ type: 'fair-share', connections: share });
    for (const worker of this.handles.values()) this.watch(worker);
  }

  private watch(worker: WorkerHandle): void {
    const limitMs = this.server.hangTimeoutSeconds * 1000;
    if (worker.state === 'ready' && worker.silentMs > limitMs) {
      this.logger.error(
        { worker: worker.pid, silentMs: Math.round(worker.silentMs) },
        'a worker hangs; it is killed and replaced',
      );
      worker.replacedFor = 'hung';
      worker.kill();
    } else if (worker.state === 'starting' && worker.replaces && worker.ageMs > this.successorStartMs) {
      this.logger.error(
        { worker: worker.pid },
        'a successor was not ready in time; its predecessor serves on',
      );
      this.due.delete(worker.replaces);
      worker.kill();
    }
  }
}

function endReason({ replacedFor }: WorkerHandle, code: number, signal: string | null): EndReason {
  if (replacedFor !== undefined) return replacedFor;
  if (signal !== null) return 'killed';
  return code === 0 ? 'ended' : 'failed';
}
