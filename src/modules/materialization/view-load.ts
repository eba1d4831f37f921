import { FeatureServerError, NotSupportedError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import type { WriteBatch, WriteOutcome } from '../../common/model/write-batch.js';
import type { EncodedRows, ScanStatistics } from '../offline-store/offline-store.js';
import { ComputedLoad } from './computed-load.js';
import { recordInterval } from './interval-record.js';
import type {
  ComputeTask,
  FailureCode,
  LoadTask,
  MaterializationEvent,
  MaterializationJob,
  ViewResult,
} from './materialization-job.js';
import type { MaterializationPorts } from './materialization-ports.js';
import { PlainLoad } from './plain-load.js';
import type { RowLoad } from './row-load.js';

/** A batch waits for other writers of an embedded store, or for a store that comes back. */
const WRITE_LIMIT_MS = 60_000;
const RECORD_LIMIT_MS = 60_000;
/** Rows are read, and the next batch is made ready, while others are on their way; no entity is in two of them. */
const WRITES_IN_FLIGHT = 2;
const PROGRESS_INTERVAL_MS = 200;

export type EventListener = (event: MaterializationEvent) => void;

/** The loading of one view: used once. */
export class ViewLoad {
  private readonly startedMs = performance.now();
  private statistics: ScanStatistics = { rowsRead: 0, rowsToStore: 0 };
  /** Of the rows that were handed on since the scan began, or began anew. */
  private counts = { written: 0, skipped: 0 };
  private toldMs = 0;

  constructor(
    private readonly job: MaterializationJob,
    private readonly task: LoadTask | ComputeTask,
    private readonly ports: MaterializationPorts,
    private readonly tell: EventListener,
  ) {}

  /** Rows first, then the interval: what ends in between leaves rows that the next run stores again. Never throws. */
  async run(signal: AbortSignal): Promise<ViewResult> {
    const { task, viewName } = this;
    const { startMicros, endMicros } = task;
    this.tell({ type: 'view-started', viewName, startMicros, endMicros });
    try {
      const { project, leaseWaitMs } = this.job;
      const lease = await this.ports.leases.acquireWithin(leaseWaitMs, { project, viewName }, signal);
      try {
        await this.storeRows(await this.rowLoad(), signal);
        // The registry keeps no intervals of on-demand views.
        if (task.kind === 'load') await this.record(task);
      } finally {
        lease.release();
      }
      return this.result('loaded', undefined);
    } catch (error) {
      if (signal.aborted) return this.result('cancelled', String(signal.reason));
      const status = error instanceof NotSupportedError && task.kind === 'compute' ? 'refused' : 'failed';
      return { ...this.result(status, reasonOf(error)), failure: failureOf(error) };
    }
  }

  private async rowLoad(): Promise<RowLoad> {
    const { job, task, ports } = this;
    if (task.kind === 'load') return new PlainLoad(job, task, ports);
    return new ComputedLoad(job, task, ports, await ports.transformerOf(task.view.name));
  }

  private async storeRows(load: RowLoad, signal: AbortSignal): Promise<void> {
    const note = (statistics: ScanStatistics): void => {
      this.statistics = statistics;
      this.counts = { written: 0, skipped: 0 };
      this.tellProgress();
    };
    const writes: Promise<void>[] = [];
    try {
      for await (const rows of load.rows(signal, note)) {
        if (writes.length === WRITES_IN_FLIGHT) await writes.shift();
        signal.throwIfAborted();
        const write = this.store(load, rows);
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

  private async store(load: RowLoad, rows: EncodedRows): Promise<void> {
    const { counts } = this;
    const { written, skipped } = await this.write(await load.stored(rows));
    counts.written += written;
    counts.skipped += skipped;
    this.tellProgress();
  }

  private async write(stored: EncodedRows | undefined): Promise<WriteOutcome> {
    if (!stored) return { written: 0, skipped: 0 };
    const { view, rowVersion } = this.task;
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

  private get viewName(): string {
    return this.task.view.name;
  }

  private record(task: LoadTask): Promise<void> {
    const { registry } = this.ports;
    return recordInterval(registry, this.job.project, task, Deadline.after(RECORD_LIMIT_MS));
  }

  private tellProgress(): void {
    const nowMs = performance.now();
    if (nowMs - this.toldMs < PROGRESS_INTERVAL_MS) return;
    this.toldMs = nowMs;
    this.tell({
      type: 'view-progress',
      viewName: this.viewName,
      rowsRead: this.statistics.rowsRead,
      rowsDone: this.counts.written + this.counts.skipped,
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
      rowsWritten: this.counts.written,
      rowsSkipped: this.counts.skipped,
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
