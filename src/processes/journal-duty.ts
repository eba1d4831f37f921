import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { JournalMetrics, journalGauges } from '../modules/journal/journal-metrics.js';
import type { JournalObserver } from '../modules/journal/journal-observer.js';
import { startJournalTailer } from '../modules/journal/journal-start.js';
import type { JournalTailer } from '../modules/journal/journal-tailer.js';
import type { MetricSamples } from '../modules/metrics/metrics-report.js';
import type { OfflineStoreWriter } from '../modules/offline-store/offline-store-writer.js';
import type { WriterContext, WriterDuty } from './writer-duty.js';

/**
 * How often a journal is looked at that cannot be had, or that holds nothing where pushes are not batched: workers may
 * write to it all the same, with a configuration that they still have.
 */
const RETRY_MS = 10_000;

/** Brings what workers left in the journal into the offline store. */
export class JournalDuty implements WriterDuty {
  private tailer: JournalTailer | undefined;
  private starting: Promise<void> | undefined;
  private readonly stopped = new AbortController();

  /** `sink`: what appends, of a duty that begins before this one and ends after it; undefined when nothing does. */
  constructor(
    private readonly sink: () => OfflineStoreWriter | undefined,
    private readonly retryMs = RETRY_MS,
  ) {}

  start({ configuration, metrics, log }: WriterContext): void {
    const sink = this.sink();
    if (sink === undefined) return;
    this.starting = this.takeJournal(configuration, sink, journalObserver(new JournalMetrics(metrics), log));
  }

  gauges(): MetricSamples {
    return this.tailer ? journalGauges(this.tailer.state()) : [];
  }

  /** What waits in the journal is written, as far as `graceMs` allows. */
  async onStop(graceMs: number): Promise<void> {
    this.stopped.abort();
    await this.starting;
    await this.tailer?.stop(graceMs);
  }

  /** Another server may have the journal for now, or there is none yet. */
  private async takeJournal(
    configuration: LoadedConfiguration,
    sink: OfflineStoreWriter,
    observer: JournalObserver,
  ): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        this.tailer = await startJournalTailer(configuration, sink, observer);
        if (this.tailer !== undefined) return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        observer.warned(`the journal of offline pushes is not worked off: ${reason}`);
      }
      await sleep(this.retryMs, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
  }
}

function journalObserver(metrics: JournalMetrics, log: WriterContext['log']): JournalObserver {
  return {
    stored: (source, entries, rows) =>
      log('info', 'offline pushes are in the offline store', { source, entries, rows }),
    flushFailed: (source, error, retryInMs) => {
      metrics.flushFailed();
      log('error', 'offline pushes could not be brought into the offline store: they are tried again', {
        source,
        error: error.message,
        retryInMs,
      });
    },
    deadLettered: (source, entries, reason) => {
      metrics.deadLettered(entries);
      const message = 'offline pushes were put aside, which the offline store never takes';
      log('error', `${message} (salver journal dead-letters)`, { source, entries, reason });
    },
    warned: (message) => log('warn', message),
  };
}
