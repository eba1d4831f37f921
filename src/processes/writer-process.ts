import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createChannelAddress, removeChannelAddress } from '../common/channel/channel-address.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { type FromWriter, type MetricsMessage, sendToWriter, type ToWriter } from './messages.js';
import { RestartPolicy } from './restart-policy.js';
import { needsWriter } from './writer-need.js';

const ENTRY = fileURLToPath(new URL('./writer.main.js', import.meta.url));
const LOOK_MS = 1000;
/** Until it takes requests. */
const START_LIMIT_MS = 60_000;
/** Beyond the grace, for one that does not heed. */
const KILL_MARGIN_MS = 2000;
/** Reads go on without a writer, so that it is tried again for ever. */
const LONGEST_DELAY_MS = 5000;
/** For one that could begin: writes wait for its successor, until their time is up. */
const LONGEST_DELAY_AFTER_READY_MS = 200;

/** Why a writer ended that is replaced. */
export type WriterEndReason = 'reloaded' | 'hung' | 'killed' | 'ended' | 'failed';

export interface WriterProcessEvents {
  readonly onReady: () => void;
  readonly onMetrics: (message: MetricsMessage) => void;
  /** `reason` undefined: it is not replaced. */
  readonly onEnded: (reason: WriterEndReason | undefined) => void;
}

/** The child that is running. */
interface Running {
  readonly child: ChildProcess;
  readonly startedAtMs: number;
  heardAtMs: number;
  isReady: boolean;
  /** It was told to end, or killed on purpose. */
  endsFor: WriterEndReason | 'stop' | undefined;
}

/**
 * Keeps one writer process running, as long as the configuration has files for it. All of them listen at one address,
 * one after the other: a successor begins when its predecessor has ended.
 */
export class WriterProcess {
  private readonly restarts = new RestartPolicy();
  private socketAddress: string | undefined;
  private running: Running | undefined;
  private looking: NodeJS.Timeout | undefined;
  private restart: NodeJS.Timeout | undefined;
  private unlooked: Uint8Array | undefined;
  private isStopping = false;
  private hasFailed = false;
  private onStopped: () => void = () => undefined;

  /** `entry`: the program of the process, for tests. */
  constructor(
    private configuration: LoadedConfiguration,
    private readonly events: WriterProcessEvents,
    private readonly logger: Logger,
    private readonly entry = ENTRY,
  ) {}

  /** Where workers with the present configuration find it; undefined when they need none. */
  get address(): string | undefined {
    return needsWriter(this.configuration.featureStore) ? this.socketAddress : undefined;
  }

  get pid(): number | undefined {
    return this.running?.child.pid;
  }

  /** Errors: UnavailableError when there is no place for its socket. */
  start(): void {
    if (!needsWriter(this.configuration.featureStore)) return;
    this.socketAddress ??= createChannelAddress();
    this.looking ??= setInterval(() => this.watch(), LOOK_MS);
    if (this.running === undefined) this.fork();
  }

  /**
   * From now on with this configuration: one that runs finishes what is under way first, within `graceMs`. Nothing
   * happens when nothing has changed.
   */
  replace(configuration: LoadedConfiguration, graceMs: number): void {
    const isSame = JSON.stringify(configuration) === JSON.stringify(this.configuration);
    this.configuration = configuration;
    if (this.isStopping || isSame) return;
    if (this.running === undefined) this.start();
    else if (needsWriter(configuration.featureStore)) this.end(this.running, 'reloaded', graceMs);
    // One that is not needed any more stays for the workers that still have the old configuration.
  }

  /** It warns of sources of the registry that it could not write, as soon as it is ready. */
  lookAtSources(registry: Uint8Array): void {
    this.unlooked = registry;
    if (this.running?.isReady !== true) return;
    this.send({ type: 'look-at-sources', registry });
    this.unlooked = undefined;
  }

  send(message: ToWriter): void {
    const child = this.running?.child;
    if (child?.connected) sendToWriter(child, message);
  }

  /** Resolves when it has ended, and its socket is gone. To be called when nobody sends to it any more. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    clearInterval(this.looking);
    clearTimeout(this.restart);
    if (this.running) {
      const stopped = new Promise<void>((resolve) => (this.onStopped = resolve));
      this.end(this.running, 'stop', graceMs);
      await stopped;
    }
    this.removeAddress();
  }

  /** At once. */
  kill(): void {
    this.isStopping = true;
    clearInterval(this.looking);
    clearTimeout(this.restart);
    this.running?.child.kill('SIGKILL');
    this.removeAddress();
  }

  private removeAddress(): void {
    if (this.socketAddress !== undefined) removeChannelAddress(this.socketAddress);
  }

  private fork(): void {
    const child = fork(this.entry, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const nowMs = performance.now();
    const running: Running = {
      child,
      startedAtMs: nowMs,
      heardAtMs: nowMs,
      isReady: false,
      endsFor: undefined,
    };
    this.running = running;
    child.on('message', (message: FromWriter) => this.receive(running, message));
    child.on('error', (error) => {
      this.logger.error({ reason: error.message }, 'the writer process cannot be used');
      if (child.pid === undefined) this.ended(running, 1, null);
    });
    child.once('exit', (code, signal) => this.ended(running, code, signal));
  }

  private receive(running: Running, message: FromWriter): void {
    running.heardAtMs = performance.now();
    switch (message.type) {
      case 'hello':
        if (running.endsFor !== undefined) break;
        this.send({
          type: 'start',
          configuration: this.configuration,
          address: this.socketAddress as string,
        });
        break;
      case 'ready':
        running.isReady = true;
        this.logger.info(
          { writer: running.child.pid },
          this.hasFailed ? 'the writer is back' : 'writer ready',
        );
        this.hasFailed = false;
        this.events.onReady();
        if (this.unlooked !== undefined) this.lookAtSources(this.unlooked);
        break;
      case 'start-failed':
        this.logger.error({ writer: running.child.pid, reason: message.message }, 'the writer cannot start');
        break;
      case 'metrics':
        this.events.onMetrics(message);
        break;
      case 'heartbeat':
        break;
    }
  }

  private end(running: Running, endsFor: 'reloaded' | 'stop', graceMs: number): void {
    running.endsFor = endsFor;
    if (running.child.connected) sendToWriter(running.child, { type: 'stop', graceMs });
    else running.child.kill('SIGKILL');
    setTimeout(() => {
      if (this.running === running) running.child.kill('SIGKILL');
    }, graceMs + KILL_MARGIN_MS).unref();
  }

  private ended(running: Running, code: number | null, signal: string | null): void {
    if (this.running !== running) return;
    this.running = undefined;
    const reason = endReason(running, code, signal);
    this.events.onEnded(reason);
    if (this.isStopping) {
      this.onStopped();
      return;
    }
    if (running.endsFor === 'reloaded') {
      this.logger.info('the writer has finished what was under way, and is replaced');
      this.start();
      return;
    }
    const delayMs = this.delayAfter(running);
    this.hasFailed = true;
    this.logger.error(
      { writer: running.child.pid, code, signal, delayMs },
      'the writer ended: writes wait for the next one, reads go on',
    );
    this.restart = setTimeout(() => this.start(), delayMs);
  }

  private delayAfter({ startedAtMs, isReady }: Running): number {
    const delayMs = this.restarts.nextDelayMs(performance.now() - startedAtMs) ?? LONGEST_DELAY_MS;
    return isReady ? Math.min(delayMs, LONGEST_DELAY_AFTER_READY_MS) : delayMs;
  }

  private watch(): void {
    const { running } = this;
    if (!running || running.endsFor !== undefined) return;
    const nowMs = performance.now();
    const limitMs = this.configuration.salver.server.hangTimeoutSeconds * 1000;
    const isHung = running.isReady
      ? nowMs - running.heardAtMs > limitMs
      : nowMs - running.startedAtMs > START_LIMIT_MS;
    if (!isHung) return;
    const silentMs = Math.round(nowMs - running.heardAtMs);
    this.logger.error({ writer: running.child.pid, silentMs }, 'the writer hangs; it is killed and replaced');
    running.endsFor = 'hung';
    running.child.kill('SIGKILL');
  }
}

function endReason(
  { endsFor }: Running,
  code: number | null,
  signal: string | null,
): WriterEndReason | undefined {
  if (endsFor === 'stop') return undefined;
  if (endsFor !== undefined) return endsFor;
  if (signal !== null) return 'killed';
  return code === 0 ? 'ended' : 'failed';
}
