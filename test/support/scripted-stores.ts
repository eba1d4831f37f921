import { setTimeout as delay } from 'node:timers/promises';
import type { WriteBatch, WriteOutcome } from '../../src/common/model/write-batch.js';
import {
  type EncodedRows,
  type LatestRowsScan,
  OfflineStore,
  type ScanStatistics,
  type SourceColumn,
} from '../../src/modules/offline-store/offline-store.js';
import { OnlineStoreWriter } from '../../src/modules/online-store/online-store-writer.js';

/* Stores whose moments a test chooses: real ones fail and wait when they like. */

const EVENT_TIME_MICROS = 1_700_000_000_000_000;

/** Hands out what a test says, of each view; an error ends a scan. */
export class ScriptedOfflineStore extends OfflineStore {
  readonly scans: LatestRowsScan[] = [];

  constructor(private readonly batches: Readonly<Record<string, readonly (number | Error)[]>>) {
    super();
  }

  columns(): Promise<readonly SourceColumn[]> {
    return Promise.resolve([]);
  }

  async *latestRows(
    scan: LatestRowsScan,
    _signal: AbortSignal,
    onStatistics?: (statistics: ScanStatistics) => void,
  ): AsyncIterable<EncodedRows> {
    this.scans.push(scan);
    onStatistics?.({ rowsRead: 100, rowsToStore: 50 });
    for (const rows of this.batches[scan.source.uri ?? ''] ?? []) {
      if (rows instanceof Error) throw rows;
      yield encodedRows(rows, scan.features.length);
      await delay(2);
    }
  }

  async *joinedRows(): AsyncIterable<EncodedRows> {
    await Promise.reject(new Error('nothing is joined here'));
    yield encodedRows(0, 0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function encodedRows(rows: number, features: number): EncodedRows {
  const list = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
  return {
    keys: list(rows, new Uint8Array([1])),
    values: list(features, list(rows, new Uint8Array())),
    eventTimesMicros: list(rows, EVENT_TIME_MICROS),
    createdTimesMicros: undefined,
  };
}

/** Notes what it is told to write, of which it keeps one row out. */
export class ScriptedWriter extends OnlineStoreWriter {
  readonly batches: WriteBatch[] = [];
  readonly isFasterInKeyOrder = false;
  onWrite: (batch: WriteBatch) => void = () => undefined;

  write(batch: WriteBatch): Promise<WriteOutcome> {
    this.batches.push(batch);
    this.onWrite(batch);
    return Promise.resolve({ written: batch.keys.length - 1, skipped: 1 });
  }

  rowsPerBatch(featureCount: number): number {
    return 1000 / featureCount;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
