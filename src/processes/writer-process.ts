import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createChannelAddress, removeChannelAddress } from '../common/channel/channel-address.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import type { FromWriter, MetricsMessage, ToWriter } from './messages.js';
import { RestartPolicy } from './restart-policy.js';
import { WriterChild, type WriterEndReason, type WriterExit } from './writer-child.js';
import { needsWriter } from './writer-need.js';

const ENTRY = fileURLToPath(new URL('./writer.main.js', import.meta.url));
const LOOK_MS = 1000;
/** Reads go on without a writer, so that it is tried again for ever. */
const LONGEST_DELAY_MS = 5000;
/** For one that could begin: writes wait for its successor, until their time is up. */
const LONGEST_DELAY_AFTER_READY_MS = 200;

export interface WriterProcessEvents {
  readonly onReady: () => void;
  readonly onMetrics: (message: MetricsMessage) => void;
  /** `reason` undefined: it is not replaced. */
  readonly onEnded: (reason: WriterEndReason | undefined) => void;
}

/**
 * Keeps one writer process running, as long as the configuration has files for it. All of them listen at one address,
 * one after the other: a successor begins when its predecessor has ended.
 */
export class WriterProcess {
  private readonly restarts = new RestartPolicy();
  private socketAddress: string | undefined;
  private running: WriterChild | undefined;
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
    return this.running?.pid;
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
   *
   * Errors: UnavailableError when there is no place for its socket: all stays as it was.
   */
  replace(configuration: LoadedConfiguration, graceMs: number): void {
    const isNeeded = needsWriter(configuration.featureStore);
    if (isNeeded) this.socketAddress ??= createChannelAddress();
    const isSame = JSON.stringify(configuration) === JSON.stringify(this.configuration);
    this.configuration = configuration;
    if (this.isStopping || isSame) return;
    if (this.running === undefined) this.start();
    else if (isNeeded) this.running.end('reloaded', graceMs);
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
    this.running?.send(message);
  }

  /** Resolves when it has ended, and its socket is gone. To be called when nobody sends to it any more. */
  async stop(graceMs: number): Promise<void> {
    this.endWatching();
    if (this.running) {
      const stopped = new Promise<void>((resolve) => (this.onStopped = resolve));
      this.running.end('stop', graceMs);
      await stopped;
    }
    this.removeAddress();
  }

  /** At once. */
  kill(): void {
    this.endWatching();
    this.running?.kill();
    this.removeAddress();
  }

  private endWatching(): void {
    this.isStopping = true;
    clearInterval(this.looking);
    clearTimeout(this.restart);
  }

  private removeAddress(): void {
    if (this.socketAddress !== undefined) removeChannelAddress(this.socketAddress);
  }

  private fork(): void {
    this.running = new WriterChild(this.entry, {
      onMessage: (child, message) => this.receive(child, message),
      onError: ({ message }) => this.logger.error({ reason: message }, 'the writer process cannot be used'),
      onEnded: (child, exit) => this.ended(child, exit),
    });
  }

  private receive(child: WriterChild, message: FromWriter): void {
    switch (message.type) {
      case 'hello':
        this.begin(child);
        break;
      case 'ready':
        this.becameReady(child);
        break;
      case 'start-failed':
        this.logger.error({ writer: child.pid, reason: message.message }, 'the writer cannot start');
        break;
      case 'metrics':
        this.events.onMetrics(message);
        break;
      case 'heartbeat':
        break;
    }
  }

  private begin(child: WriterChild): void {
    const { configuration, socketAddress: address } = this;
    if (!child.isEnding && address !== undefined) child.send({ type: 'start', configuration, address });
  }

  private becameReady(child: WriterChild): void {
    child.isReady = true;
    this.logger.info({ writer: child.pid }, this.hasFailed ? 'the writer is back' : 'writer ready');
    this.hasFailed = false;
    this.events.onReady();
    if (this.unlooked !== undefined) this.lookAtSources(this.unlooked);
  }

  private ended(child: WriterChild, { code, signal, reason }: WriterExit): void {
    this.running = undefined;
    this.events.onEnded(reason);
    if (this.isStopping) {
      this.onStopped();
      return;
    }
    if (reason === 'reloaded') {
      this.logger.info('the writer has finished what was under way, and is replaced');
      this.start();
      return;
    }
    const delayMs = this.delayAfter(child);
    this.hasFailed = true;
    this.logger.error(
      { writer: child.pid, code, signal, delayMs },
      'the writer ended: writes wait for the next one, reads go on',
    );
    this.restart = setTimeout(() => this.start(), delayMs);
  }

  private delayAfter({ ageMs, isReady }: WriterChild): number {
    const delayMs = this.restarts.nextDelayMs(ageMs) ?? LONGEST_DELAY_MS;
    return isReady ? Math.min(delayMs, LONGEST_DELAY_AFTER_READY_MS) : delayMs;
  }

  private watch(): void {
    const { running } = this;
    if (!running?.isHung(this.configuration.salver.server.hangTimeoutSeconds * 1000)) return;
    const silentMs = Math.round(running.silentMs);
    this.logger.error({ writer: running.pid, silentMs }, 'the writer hangs; it is killed and replaced');
    running.kill('hung');
  }
}
