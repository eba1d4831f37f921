import { setTimeout as sleep } from 'node:timers/promises';
import { encodeError } from '../common/channel/channel-error.codec.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { JournalMetrics, journalGauges } from '../modules/journal/journal-metrics.js';
import type { JournalObserver } from '../modules/journal/journal-observer.js';
import { startJournalTailer } from '../modules/journal/journal-start.js';
import type { JournalTailer } from '../modules/journal/journal-tailer.js';
import type { MetricSamples } from '../modules/metrics/metrics-report.js';
import { GroupingOfflineStoreWriter } from '../modules/offline-store/grouping-offline-store-writer.js';
import {
  createOfflineStoreWriter,
  isFileOfflineStore,
} from '../modules/offline-store/offline-store-writer-factory.js';
import type { OfflineStoreWriter } from '../modules/offline-store/offline-store-writer.js';
import { OFFLINE_APPEND } from '../modules/offline-store/remote/offline-append.method.js';
import { decodeOfflineRows } from '../modules/offline-store/remote/offline-rows.codec.js';
import type { WriterContext, WriterDuty } from './writer-duty.js';

/** How often a journal that cannot be had is tried again; pushes are written to it meanwhile all the same. */
const RETRY_MS = 10_000;

/** Appends to the history of sources: what workers send, and what they left in the journal. */
export class OfflineDuty implements WriterDuty {
  private writer: OfflineStoreWriter | undefined;
  private tailer: JournalTailer | undefined;
  private starting: Promise<void> | undefined;
  private readonly stopped = new AbortController();

  start({ configuration, requests, metrics, log }: WriterContext): void {
    const { featureStore, salver } = configuration;
    if (!isFileOfflineStore(featureStore.offlineStore)) return;
    const writer = new GroupingOfflineStoreWriter(
      createOfflineStoreWriter(featureStore.offlineStore, featureStore.repoDir, salver),
    );
    this.writer = writer;
    requests.handle(OFFLINE_APPEND, async ({ source, entries }) => {
      const decoded = entries.map(({ id, rows }) => ({ id, rows: decodeOfflineRows(rows) }));
      const refused = await writer.append(source, decoded);
      return refused.map(({ index, error }) => ({ index, error: encodeError(error) }));
    });
    const observer = journalObserver(new JournalMetrics(metrics), log);
    this.starting = this.takeJournal(configuration, writer, observer);
  }

  gauges(): MetricSamples {
    return this.tailer ? journalGauges(this.tailer.state()) : [];
  }

  /** The journal first: what waits in it is written, too. */
  async onStop(graceMs: number): Promise<void> {
    this.stopped.abort();
    await this.starting;
    await this.tailer?.stop(graceMs);
    await this.writer?.close();
  }

  /** Another server may have the journal for now. */
  private async takeJournal(
    configuration: LoadedConfiguration,
    writer: OfflineStoreWriter,
    observer: JournalObserver,
  ): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        this.tailer = await startJournalTailer(configuration, writer, observer);
        return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        observer.warned(`the journal of offline pushes is not worked off: ${reason}`);
        await sleep(RETRY_MS, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      }
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
