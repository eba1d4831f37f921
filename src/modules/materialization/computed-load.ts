import { InvalidValueError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import type { EncodedRows, JoinedSource } from '../offline-store/offline-store.js';
import type { Transformer } from '../transformations/transformer.js';
import { computedBatch } from './computed-batch.js';
import { type ComputedPart, computedParts, isPlain, keyFields, keyNameOf } from './computed-parts.js';
import type { ComputeTask, MaterializationJob } from './materialization-job.js';
import type { MaterializationPorts } from './materialization-ports.js';
import type { NoteStatistics, RowLoad } from './row-load.js';

/** Of one batch. */
const COMPUTE_LIMIT_MS = 120_000;
/** Rows that are to be computed from are read with keys of this version, which can be read back. */
const READABLE_KEY_VERSION = 3;

/** The rows of a stored on-demand view are computed from those of its sources. */
export class ComputedLoad implements RowLoad {
  private readonly parts: readonly ComputedPart[];
  private readonly isPlain: boolean;

  constructor(
    private readonly job: MaterializationJob,
    private readonly task: ComputeTask,
    private readonly ports: Pick<MaterializationPorts, 'offlineStore' | 'onlineStore'>,
    private readonly transformer: Transformer,
  ) {
    this.parts = computedParts(task.view, task.sources);
    this.isPlain = isPlain(task.view, this.parts);
  }

  rows(signal: AbortSignal, note: NoteStatistics): AsyncIterable<EncodedRows> {
    const { view, startMicros, endMicros } = this.task;
    const { offlineStore, onlineStore } = this.ports;
    const width = this.parts.reduce((sum, { source }) => sum + source.view.features.length, 0);
    const scan = {
      entityKeySerializationVersion: READABLE_KEY_VERSION,
      startMicros,
      endMicros,
      batchRows: this.job.batchRows ?? onlineStore.rowsPerBatch(Math.max(width, view.features.length)),
      order: onlineStore.isFasterInKeyOrder ? ('key' as const) : ('any' as const),
    };
    if (!this.isPlain) {
      const sources = this.parts.map(joinedSource);
      return offlineStore.joinedRows({ ...scan, joinKeys: keyFields(view), sources }, signal, note);
    }
    const { source, joinKeys, features } = joinedSource(this.parts[0]!);
    return offlineStore.latestRows({ ...scan, source, joinKeys, features }, signal, note);
  }

  async stored(rows: EncodedRows): Promise<EncodedRows | undefined> {
    const { view } = this.task;
    const computation = {
      view,
      parts: this.parts,
      hasOwnKeyNames: this.isPlain,
      transformer: this.transformer,
      entityKeyVersion: this.job.entityKeySerializationVersion,
    };
    try {
      return await computedBatch(computation, rows, Deadline.after(COMPUTE_LIMIT_MS));
    } catch (error) {
      const requests = view.sources.filter(({ kind }) => kind === 'request').map(({ name }) => name);
      if (!(error instanceof InvalidValueError) || requests.length === 0) throw error;
      const hint = `values of requests (${requests.join(', ')}) are not there when rows are loaded from sources, but at /write-to-online-store`;
      throw new InvalidValueError(`${error.message}; ${hint}`, { cause: error });
    }
  }
}

function joinedSource({ source, matched, others }: ComputedPart): JoinedSource {
  const { view } = source;
  return {
    // The plan lets no view through that has none.
    source: view.batchSource!,
    joinKeys: matched,
    keyNames: new Map(matched.map(({ name }) => [name, keyNameOf(source, name)])),
    features: [...view.features, ...others],
    ttlMs: view.ttlMs,
  };
}
