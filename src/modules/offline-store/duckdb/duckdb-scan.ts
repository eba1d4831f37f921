import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import { FeatureServerError } from '../../../common/errors/errors.js';
import type { SourceFiles } from '../files/source-files.js';
import type { EncodedRows, ScanStatistics } from '../offline-store.js';
import { type PackedRows, RowBatches } from '../row-batches.js';
import type { ChunkEncoder } from './chunk-encoder.js';
import { duckdbFailure, incompleteResult, isMemoryShortage } from './duckdb-failure.js';
import { interruptible, type DuckdbRoom, type DuckdbSession } from './duckdb-session.js';

export interface ScanWatch {
  readonly signal: AbortSignal;
  readonly onStatistics: ((statistics: ScanStatistics) => void) | undefined;
}

/** A scan that is prepared: nothing is read yet of what is wide. */
export interface ReadyScan {
  readonly statistics: ScanStatistics;
  readonly encoder: ChunkEncoder;
  /** The query whose chunks the encoder takes. */
  readonly fetch: string;
}

export interface ScanPlan {
  /** For messages. */
  readonly files: SourceFiles;
  readonly batchRows: number;
  prepare(connection: DuckDBConnection): Promise<ReadyScan>;
  /** Called when all was read, before the last rows are handed on. */
  requireUnchanged(): void;
}

/**
 * Reads the rows of a scan, with more room when the first one does not do: then it begins anew, with statistics, and rows
 * that were handed on come again.
 *
 * Errors: those of the plan; failures of DuckDB in our words; the reason of the signal.
 */
export async function* scanRows(
  session: DuckdbSession,
  plan: ScanPlan,
  watch: ScanWatch,
): AsyncGenerator<EncodedRows> {
  const { rooms } = session;
  for (const room of rooms) {
    try {
      yield* rowsIn(session, room, plan, watch);
      return;
    } catch (error) {
      if (room === rooms.at(-1) || !isMemoryShortage(error)) throw error;
    }
  }
}

// oxlint-disable-next-line max-params -- where, what, and who watches
async function* rowsIn(
  session: DuckdbSession,
  room: DuckdbRoom,
  plan: ScanPlan,
  { signal, onStatistics }: ScanWatch,
): AsyncGenerator<EncodedRows> {
  const connection = await session.connect(room);
  const run = <T>(work: () => Promise<T>): Promise<T> =>
    interruptible(connection, signal, () => translated(plan.files, work));
  try {
    const { statistics, encoder, fetch } = await run(() => plan.prepare(connection));
    onStatistics?.(statistics);
    if (statistics.rowsToStore === 0) return;
    const batches = new RowBatches(plan.batchRows);
    const result = await run(() => connection.stream(fetch));
    let rowCount = 0;
    for await (const rows of chunks(result, run, encoder)) {
      rowCount += rows.keys.length;
      yield* batches.add(rows);
    }
    signal.throwIfAborted();
    plan.requireUnchanged();
    if (rowCount !== statistics.rowsToStore)
      throw incompleteResult(plan.files, { rows: rowCount, wanted: statistics.rowsToStore });
    yield* batches.end();
  } finally {
    connection.closeSync();
  }
}

async function* chunks(
  result: DuckDBResult,
  run: <T>(work: () => Promise<T>) => Promise<T>,
  encoder: ChunkEncoder,
): AsyncGenerator<PackedRows> {
  for (;;) {
    const chunk = await run(() => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return;
    yield encoder.encode(chunk);
  }
}

export async function translated<T>(files: SourceFiles, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FeatureServerError) throw error;
    throw duckdbFailure(error, files);
  }
}
