import type { EncodedRows } from '../offline-store/offline-store.js';
import type { LoadTask, MaterializationJob } from './materialization-job.js';
import type { MaterializationPorts } from './materialization-ports.js';
import type { NoteStatistics, RowLoad } from './row-load.js';

/** The rows of a view are those of its source. */
export class PlainLoad implements RowLoad {
  constructor(
    private readonly job: MaterializationJob,
    private readonly task: LoadTask,
    private readonly ports: Pick<MaterializationPorts, 'offlineStore' | 'onlineStore'>,
  ) {}

  rows(signal: AbortSignal, note: NoteStatistics): AsyncIterable<EncodedRows> {
    const { view, startMicros, endMicros } = this.task;
    const { offlineStore, onlineStore } = this.ports;
    const scan = {
      // The plan lets no view through that has none.
      source: view.batchSource!,
      joinKeys: view.entityColumns,
      features: view.features,
      entityKeySerializationVersion: this.job.entityKeySerializationVersion,
      startMicros,
      endMicros,
      batchRows: this.job.batchRows ?? onlineStore.rowsPerBatch(view.features.length),
      order: onlineStore.isFasterInKeyOrder ? ('key' as const) : ('any' as const),
    };
    return offlineStore.latestRows(scan, signal, note);
  }

  stored(rows: EncodedRows): EncodedRows {
    return rows;
  }
}
