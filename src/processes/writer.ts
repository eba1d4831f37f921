import type { Logger } from 'pino';
import { ChannelServer } from '../common/channel/channel-server.js';
import { removeChannelAddress } from '../common/channel/channel-address.js';
import { Deadline } from '../common/model/deadline.js';
import { createLogger } from '../modules/http/logger.js';
import { MetricSet } from '../modules/metrics/metric-set.js';
import { metricSwitches } from '../modules/metrics/metric-switches.js';
import { sendToPrimary, type ToWriter } from './messages.js';
import { OfflineThreadDuty } from './offline-thread-duty.js';
import { OnlineWriteDuty } from './online-write-duty.js';
import type { WriterDuty } from './writer-duty.js';
import { relayCounted, WriterMetrics } from './writer-metrics.js';

const HEARTBEAT_MS = 1000;
/** Of all workers together; one request may have as many. */
const MAX_WAITING_BYTES = 256 << 20;
/** After the primary is gone: its workers end too, and what they sent is finished. */
const ORPHAN_GRACE_MS = 10_000;

/**
 * The process that owns each embedded file: the online store of SQLite, and the files of the offline store. It ends
 * when the primary says so or is gone.
 */
export function runWriter(): void {
  const writer = new Writer();
  process.on('message', (message: ToWriter) => writer.receive(message));
  process.on('disconnect', () => void writer.stop(ORPHAN_GRACE_MS));
  process.on('uncaughtException', (error) => writer.crash(error));
  // Both may reach the whole group of processes: the workers must have ended before this one does.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  sendToPrimary({ type: 'hello' });
}

type Start = Extract<ToWriter, { type: 'start' }>;

class Writer {
  private readonly offline = new OfflineThreadDuty(relayCounted);
  /** In the order in which they begin; they end in the opposite one. */
  private readonly duties: readonly WriterDuty[] = [new OnlineWriteDuty(() => this.address), this.offline];
  private requests: ChannelServer | undefined;
  private metrics: WriterMetrics | undefined;
  private logger: Logger | undefined;
  private address: string | undefined;
  private isStopping = false;

  receive(message: ToWriter): void {
    switch (message.type) {
      case 'start':
        void this.start(message).catch((error: unknown) => this.giveUp(error));
        break;
      case 'look-at-sources':
        this.offline.lookAtSources(message.registry);
        break;
      case 'stop':
        void this.stop(message.graceMs);
        break;
      case 'report-metrics':
        void this.metrics?.answer();
        break;
    }
  }

  /** A bug: what is under way is lost with this process, and sent again to the next. */
  crash(error: Error): void {
    const { message, stack } = error;
    this.logger?.fatal({ error: message, stack }, 'the writer process ends because of an unexpected error');
    this.end(1);
  }

  /** Requests first, then what the duties have under way besides. */
  async stop(graceMs: number): Promise<void> {
    if (this.isStopping) return;
    this.isStopping = true;
    const deadline = Deadline.after(graceMs);
    setTimeout(() => this.end(1), graceMs);
    await this.requests?.close(deadline);
    // Backwards: a duty may use what was there before it.
    for (const duty of this.duties.toReversed()) await this.stopDuty(duty, deadline);
    await this.metrics?.end();
    this.end(0);
  }

  /** Nobody else is left to do it. */
  private removeAddress(): void {
    if (!process.connected && this.address !== undefined) removeChannelAddress(this.address);
  }

  private async start({ configuration, address }: Start): Promise<void> {
    this.address = address;
    const logger = createLogger(configuration.salver.server.logLevel);
    this.logger = logger;
    const requests = new ChannelServer({
      maxWaitingBytes: MAX_WAITING_BYTES,
      onProblem: (message, error) => logger.error({ error: String(error) }, message),
    });
    const switches = metricSwitches(configuration);
    const metrics = MetricSet.of(switches);
    const log = (level: 'info' | 'warn' | 'error', message: string, details: object = {}): void =>
      logger[level](details, message);
    for (const duty of this.duties) await duty.start({ configuration, requests, metrics, log });
    await requests.listen(address);
    this.requests = requests;
    this.metrics = WriterMetrics.of(switches, metrics, requests, () =>
      this.duties.flatMap((duty) => duty.gauges?.() ?? []),
    );
    setInterval(() => sendToPrimary({ type: 'heartbeat' }), HEARTBEAT_MS).unref();
    sendToPrimary({ type: 'ready' });
    this.metrics?.start();
  }

  private async stopDuty(duty: WriterDuty, deadline: Deadline): Promise<void> {
    try {
      await duty.onStop(deadline.remainingMs());
    } catch (error) {
      this.logger?.error({ error: String(error) }, 'a part of the writer process could not end in order');
    }
  }

  private giveUp(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    sendToPrimary({ type: 'start-failed', message }, () => this.end(1));
  }

  private end(code: number): void {
    this.removeAddress();
    process.exit(code);
  }
}
