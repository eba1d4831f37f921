import { FeatureServerError, NotSupportedError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import type { OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { WriteBatch, WriteOutcome } from '../../common/model/write-batch.js';
import type {
  EncodedRows,
  LatestRowsScan,
  OfflineStore,
  ScanStatistics,
} from '../offline-store/offline-store.js';
import type { OnlineStoreWriter } from '../online-store/online-store-writer.js';
import type { RefreshedService } from '../online-store/precomputed-vectors.js';
import type { RegistrySource } from '../registry/registry-source.js';
import type { Transformer } from '../transformations/transformer.js';
import { computedBatch, READABLE_KEY_VERSION } from './computed-batch.js';
import { recordInterval } from './interval-record.js';
import {
  type FailureCode,
  type LoadTask,
  type MaterializationEvent,
  type MaterializationJob,
  viewNameOf,
  type ViewResult,
} from './materialization-job.js';
import type { ViewLeases } from './view-lease.js';

/** A batch waits for other writers of an embedded store, or for a store that comes back. */
const WRITE_LIMIT_MS = 60_000;
/** Of one batch. */
const COMPUTE_LIMIT_MS = 120_000;
const RECORD_LIMIT_MS = 60_000;
/** Rows are read, and the next batch is made ready, while others are on their way; no entity is in two of them. */
const WRITES_IN_FLIGHT = 2;
const PROGRESS_INTERVAL_MS = 200;

export interface MaterializationPorts {
  readonly offlineStore: OfflineStore;
  readonly onlineStore: OnlineStoreWriter;
  readonly registry: RegistrySource;
  readonly leases: ViewLeases;
  /** What computes the registered on-demand view of that name. Errors: NotFoundError, NotSupportedError. */
  readonly transformerOf: (viewName: string) => Promise<Transformer>;
  /** Makes the vectors of feature services anew that use one of these views. */
  readonly refreshVectors: (
    viewNames: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly RefreshedService[]>;
}

export type EventListener = (event: MaterializationEvent) => void;

/** The loading of one view: used once. */
export class ViewLoad {
  private readonly startedMs = performance.now();
  private statistics: ScanStatistics = { rowsRead: 0, rowsToStore: 0 };
  private written = 0;
  private skipped = 0;
  private transformer: Transformer | undefined;
  private toldMs = 0;

  constructor(
    private readonly job: MaterializationJob,
    private readonly task: LoadTask,
    private readonly ports: MaterializationPorts,
    private readonly tell: EventListener,
  ) {}

  /** Rows first, then the interval: what ends in between leaves rows that the next run stores again. Never throws. */
  async run(signal: AbortSignal): Promise<ViewResult> {
    const { computes, startMicros, endMicros } = this.task;
    const { viewName } = this;
    this.tell({ type: 'view-started', viewName, startMicros, endMicros });
    try {
      const { project, leaseWaitMs } = this.job;
      const lease = await this.ports.leases.acquireWithin(leaseWaitMs, { project, viewName }, signal);
      try {
        if (computes) this.transformer = await this.ports.transformerOf(viewName);
        await this.storeRows(signal);
        // The registry keeps no intervals of on-demand views.
        if (!computes) await this.record();
      } finally {
        lease.release();
      }
      return this.result('loaded', undefined);
    } catch (error) {
      if (signal.aborted) return this.result('cancelled', String(signal.reason));
      const status = error instanceof NotSupportedError && this.task.computes ? 'refused' : 'failed';
      return { ...this.result(status, reasonOf(error)), failure: failureOf(error) };
    }
  }

  private async storeRows(signal: AbortSignal): Promise<void> {
    const { view, startMicros, endMicros } = this.task;
    const { offlineStore, onlineStore } = this.ports;
    const scan: LatestRowsScan = {
      // The plan lets no view through that has none.
      source: view.batchSource!,
      joinKeys: view.entityColumns,
      features: view.features,
      entityKeySerializationVersion: this.task.computes
        ? READABLE_KEY_VERSION
        : this.job.entityKeySerializationVersion,
      startMicros,
      endMicros,
      batchRows: this.job.batchRows ?? onlineStore.rowsPerBatch(view.features.length),
      order: onlineStore.isFasterInKeyOrder ? 'key' : 'any',
    };
    const note = (statistics: ScanStatistics): void => {
      this.statistics = statistics;
      this.tellProgress();
    };
    const writes: Promise<void>[] = [];
    try {
      for await (const rows of offlineStore.latestRows(scan, signal, note)) {
        if (writes.length === WRITES_IN_FLIGHT) await writes.shift();
        signal.throwIfAborted();
        const write = this.store(rows);
        // A failure is told where the write is waited for, which may be later.
        write.catch(() => undefined);
        writes.push(write);
      }
      for (const write of writes) await write;
      signal.throwIfAborted();
    } finally {
      // Nothing is written any more once this is over, whatever ends it.
      await Promise.allSettled(writes);
    }
  }

  private async store(rows: EncodedRows): Promise<void> {
    const { written, skipped } = await this.write(rows);
    this.written += written;
    this.skipped += skipped;
    this.tellProgress();
  }

  private async write(rows: EncodedRows): Promise<WriteOutcome> {
    const { rowVersion, computes } = this.task;
    const view = computes ?? this.task.view;
    const stored = computes ? await this.computed(computes, rows) : rows;
    if (!stored) return { written: 0, skipped: 0 };
    const batch: WriteBatch = {
      ...stored,
      project: this.job.project,
      viewName: view.name,
      version: rowVersion,
      features: view.features.map(({ name }) => name),
      policy: 'newest',
    };
    return this.ports.onlineStore.write(batch, Deadline.after(WRITE_LIMIT_MS));
  }

  private computed(view: OnDemandFeatureView, rows: EncodedRows): Promise<EncodedRows | undefined> {
    const computation = {
      view,
      source: this.task.view,
      // It was found before the first row was read.
      transformer: this.transformer!,
      entityKeyVersion: this.job.entityKeySerializationVersion,
    };
    return computedBatch(computation, rows, Deadline.after(COMPUTE_LIMIT_MS));
  }

  private get viewName(): string {
    return viewNameOf(this.task);
  }

  private record(): Promise<void> {
    const { registry } = this.ports;
    return recordInterval(registry, this.job.project, this.task, Deadline.after(RECORD_LIMIT_MS));
  }

  private tellProgress(): void {
    const nowMs = performance.now();
    if (nowMs - this.toldMs < PROGRESS_INTERVAL_MS) return;
    this.toldMs = nowMs;
    this.tell({
      type: 'view-progress',
      viewName: this.viewName,
      rowsRead: this.statistics.rowsRead,
      rowsDone: this.written + this.skipped,
      rowsToStore: this.statistics.rowsToStore,
    });
  }

  private result(status: ViewResult['status'], reason: string | undefined): ViewResult {
    return {
      viewName: this.viewName,
      status,
      startMicros: this.task.startMicros,
      endMicros: this.task.endMicros,
      rowsRead: this.statistics.rowsRead,
      rowsWritten: this.written,
      rowsSkipped: this.skipped,
      durationMs: Math.round(performance.now() - this.startedMs),
      reason,
      failure: undefined,
    };
  }
}

function failureOf(error: unknown): FailureCode {
  return error instanceof FeatureServerError ? error.code : 'BUG';
}

/** What is no failure on purpose is a bug, and said to be one. */
export function reasonOf(error: unknown): string {
  if (error instanceof FeatureServerError) return error.message;
  return `unexpected error: ${error instanceof Error ? error.message : String(error)}`;
}
