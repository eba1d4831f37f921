import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { encodeError } from '../common/channel/channel-error.codec.js';
import type { ChannelMethod } from '../common/channel/channel-method.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { Deadline } from '../common/model/deadline.js';
import { MetricSet } from '../modules/metrics/metric-set.js';
import { metricSwitches } from '../modules/metrics/metric-switches.js';
import { MetricsReporter } from '../modules/metrics/metrics-reporter.js';
import {
  createOfflineStoreWriter,
  isFileOfflineStore,
} from '../modules/offline-store/offline-store-writer-factory.js';
import type { OfflineStoreWriter } from '../modules/offline-store/offline-store-writer.js';
import { JournalDuty } from './journal-duty.js';
import { OfflineAppendDuty } from './offline-append-duty.js';
import type { FromOfflineThread, ToOfflineThread } from './offline-thread-messages.js';
import { SourceLooks } from './source-looks.js';
import type { RequestHandlers, WriterContext, WriterDuty } from './writer-duty.js';

const ALIVE_MS = 1000;

/**
 * The thread of the writer process that appends to the offline store: a merge of many rows keeps its event loop for
 * seconds, for which no commit of the online store is to wait. It ends when the writer says so, or with it.
 */
export function runOfflineThread(): void {
  if (parentPort === null) throw new Error('this is the program of a thread');
  const thread = new OfflineThread(parentPort, workerData as LoadedConfiguration);
  // What is thrown ends the thread, which is told and tried again.
  void thread.start();
}

type Handler = (request: unknown, deadline: Deadline) => Promise<unknown>;

class OfflineThread implements RequestHandlers {
  private readonly handlers = new Map<string, Handler>();
  private readonly append = new OfflineAppendDuty(offlineWriter);
  private readonly journal = new JournalDuty(() => this.append.writer);
  /** In the order in which they begin; they end in the opposite one. */
  private readonly duties: readonly WriterDuty[] = [this.append, this.journal];
  private readonly metrics: MetricSet;
  private readonly reporter: MetricsReporter | undefined;

  constructor(
    private readonly port: MessagePort,
    private readonly configuration: LoadedConfiguration,
  ) {
    const switches = metricSwitches(configuration);
    this.metrics = MetricSet.of(switches);
    const gauges = () => this.journal.gauges();
    this.reporter = switches.metrics
      ? new MetricsReporter({ counted: [...this.metrics.all()], gauges }, (report) =>
          this.post({ type: 'metrics', report }),
        )
      : undefined;
  }

  async start(): Promise<void> {
    const log: WriterContext['log'] = (level, message, details = {}) =>
      this.post({ type: 'log', level, message, details });
    const { configuration, metrics } = this;
    const looks = new SourceLooks(configuration.featureStore, log);
    for (const duty of this.duties) await duty.start({ configuration, metrics, log, requests: this });
    setInterval(() => this.post({ type: 'alive' }), ALIVE_MS).unref();
    this.reporter?.start();
    this.port.on('message', (message: ToOfflineThread) => {
      if (message.type === 'call') void this.answer(message);
      else if (message.type === 'look-at-sources') void looks.look(message.registry);
      else void this.stop(message.graceMs);
    });
  }

  handle<Request, Reply>(
    { name }: ChannelMethod<Request, Reply>,
    handler: (request: Request, deadline: Deadline) => Promise<Reply>,
  ): void {
    this.handlers.set(name, handler as Handler);
  }

  private async answer({
    id,
    method,
    request,
    remainingMs,
  }: ToOfflineThread & { type: 'call' }): Promise<void> {
    try {
      const handler = this.handlers.get(method);
      if (handler === undefined) throw new Error(`nobody answers requests of the kind ${method}`);
      this.post({ type: 'reply', id, reply: await handler(request, Deadline.after(remainingMs)) });
    } catch (error) {
      this.post({ type: 'failed', id, error: encodeError(error) });
    }
  }

  private async stop(graceMs: number): Promise<void> {
    const deadline = Deadline.after(graceMs);
    // Backwards: a duty may use what was there before it.
    for (const duty of this.duties.toReversed()) await this.stopDuty(duty, deadline);
    this.reporter?.stop();
    await this.reporter?.report();
    this.post({ type: 'stopped' });
  }

  private async stopDuty(duty: WriterDuty, deadline: Deadline): Promise<void> {
    try {
      await duty.onStop(deadline.remainingMs());
    } catch (error) {
      const message = 'a part of the writer process could not end in order';
      this.post({ type: 'log', level: 'error', message, details: { error: String(error) } });
    }
  }

  private post(message: FromOfflineThread): void {
    this.port.postMessage(message);
  }
}

/** Undefined where the history lies in no files. */
function offlineWriter({ featureStore, salver }: LoadedConfiguration): OfflineStoreWriter | undefined {
  const { offlineStore, repoDir } = featureStore;
  if (!isFileOfflineStore(offlineStore)) return undefined;
  return createOfflineStoreWriter(offlineStore, repoDir, salver);
}
