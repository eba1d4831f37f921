import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import {
  FeatureServerError,
  InvalidRequestError,
  InvalidValueError,
  NotSupportedError,
} from '../../../common/errors/errors.js';
import type { DataSource, DataSourceKind } from '../../../common/model/data-source.js';
import {
  OfflineStore,
  type EncodedRows,
  type LatestRowsScan,
  type ScanStatistics,
  type SourceColumn,
} from '../offline-store.js';
import { type PackedRows, RowBatches } from '../row-batches.js';
import { deltaReason, isDelta } from '../delta-source.js';
import { bindSource, type SourceBinding } from '../source-binding.js';
import type { SourceFiles } from '../files/source-files.js';
import type { ObjectStore } from '../object-store.js';
import { ChunkEncoder } from './chunk-encoder.js';
import { duckdbFailure, isMemoryShortage } from './duckdb-failure.js';
import { DuckdbSession, interruptible, type DuckdbOptions, type DuckdbRoom } from './duckdb-session.js';
import { latestRowsQuery, type LatestRowsQuery } from './latest-rows-query.js';
import { lookLimit, openSource, type OpenSource, type SourcePlaces } from './open-source.js';
import { openTable, requireColumns, type SourceTable, type TableColumn } from './source-table.js';

export interface DuckdbStoreOptions extends DuckdbOptions {
  /** What copies of the objects of one source may take on the disk (50 GiB). */
  readonly stagingLimitBytes?: number;
  /** Called once for each endpoint; without it there are no sources in object stores. */
  readonly openObjectStore?: (endpoint: string | undefined) => ObjectStore;
}

const DEFAULT_STAGING_LIMIT_BYTES = 50 * 1024 ** 3;
/** Of looking at the columns of one source. */
const LOOK_LIMIT_MS = 60_000;

/** History in parquet files, on this machine or in object stores, read by an embedded DuckDB. */
export class DuckdbOfflineStore extends OfflineStore {
  private readonly session: DuckdbSession;
  private readonly places: SourcePlaces;
  private readonly objectStores = new Map<string | undefined, ObjectStore>();

  /** Relative paths of sources begin at `repoDir`. */
  constructor(repoDir: string, options: DuckdbStoreOptions = {}) {
    super();
    this.session = new DuckdbSession(options);
    this.places = {
      repoDir,
      scratchDir: options.scratchDir,
      stagingLimitBytes: options.stagingLimitBytes ?? DEFAULT_STAGING_LIMIT_BYTES,
      objectStore: (endpoint) => {
        const store = this.objectStores.get(endpoint) ?? options.openObjectStore?.(endpoint);
        if (store === undefined) throw new NotSupportedError('there is no access to object stores here');
        this.objectStores.set(endpoint, store);
        return store;
      },
    };
  }

  async columns(source: DataSource): Promise<readonly SourceColumn[]> {
    const history = historyOf(source);
    await using open = await openSource(history, this.places, lookLimit(LOOK_LIMIT_MS, history.uri));
    return await this.connected(
      open.files,
      async (connection) => (await openTable(connection, open.files)).columns,
    );
  }

  async *latestRows(
    scan: LatestRowsScan,
    signal: AbortSignal,
    onStatistics?: (statistics: ScanStatistics) => void,
  ): AsyncGenerator<EncodedRows> {
    const history = historyOf(scan.source);
    await using open = await openSource(history, this.places, signal);
    const { rooms } = this.session;
    for (const room of rooms) {
      let hasBegun = false;
      try {
        for await (const rows of this.rowsIn(room, open, scan, { signal, onStatistics })) {
          hasBegun = true;
          yield rows;
        }
        return;
      } catch (error) {
        // Rows that were handed on are not handed on again.
        if (hasBegun || room === rooms.at(-1) || !isMemoryShortage(error)) throw error;
      }
    }
  }

  private async *rowsIn(
    room: DuckdbRoom,
    open: OpenSource,
    scan: LatestRowsScan,
    { signal, onStatistics }: ScanWatch,
  ): AsyncGenerator<EncodedRows> {
    const { files } = open;
    const connection = await this.session.connect(room);
    const run = <T>(work: () => Promise<T>): Promise<T> =>
      interruptible(connection, signal, () => translated(files, work));
    try {
      const table = await run(() => openTable(connection, files));
      const binding = bound(scan, table);
      const used = usedColumns(binding);
      requireColumns(table, used);
      await open.need(new Set(used.map(({ name }) => name)), signal);
      const query = latestRowsQuery(table.from, binding, { ...scan, order: scan.order ?? 'key' });
      const statistics = await run(() => pickNewest(connection, query, { table, binding }));
      onStatistics?.(statistics);
      if (statistics.rowsToStore === 0) return;
      const encoder = new ChunkEncoder(files.label, binding, scan.entityKeySerializationVersion);
      const batches = new RowBatches(scan.batchRows);
      const result = await run(() => connection.stream(query.fetch));
      for await (const rows of chunks(result, run, encoder)) yield* batches.add(rows);
      open.requireUnchanged();
      yield* batches.end();
    } finally {
      connection.closeSync();
    }
  }

  async close(): Promise<void> {
    for (const store of this.objectStores.values()) store.close();
    await this.session.close();
  }

  private async connected<T>(
    files: SourceFiles,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    const connection = await this.session.connect();
    try {
      return await translated(files, () => work(connection));
    } finally {
      connection.closeSync();
    }
  }
}

interface ScanWatch {
  readonly signal: AbortSignal;
  readonly onStatistics: ((statistics: ScanStatistics) => void) | undefined;
}

const WITH_BATCH_SOURCE: ReadonlySet<DataSourceKind> = new Set<DataSourceKind>([
  'PUSH_SOURCE',
  'STREAM_KAFKA',
  'STREAM_KINESIS',
]);

/**
 * The source that holds the rows: of a push or stream source, its batch source.
 *
 * Errors: InvalidRequestError when there is none, NotSupportedError for sources that are no files.
 */
function historyOf(source: DataSource): DataSource & { readonly uri: string } {
  if (WITH_BATCH_SOURCE.has(source.kind)) {
    if (source.batchSource !== undefined) return historyOf(source.batchSource);
    throw new InvalidRequestError(
      `the source ${source.name} has no batch source: what was pushed is kept nowhere that could be read`,
    );
  }
  if (source.kind !== 'BATCH_FILE') {
    throw new NotSupportedError(
      `the source ${source.name} is of the kind ${source.kind}: this version reads parquet files only`,
    );
  }
  if (isDelta(source)) throw new NotSupportedError(deltaReason(source));
  const { uri } = source;
  if (uri === undefined || uri === '') throw new InvalidRequestError(`the source ${source.name} has no path`);
  return { ...source, uri };
}

function bound(scan: LatestRowsScan, table: SourceTable): SourceBinding<TableColumn> {
  const result = bindSource({ ...scan, source: historyOf(scan.source) }, table.columns);
  if ('binding' in result) return result.binding;
  const { label } = table.files;
  throw new InvalidRequestError(result.problems.map((problem) => `${label}: ${problem}`).join('\n'));
}

function usedColumns({
  eventTime,
  createdTime,
  joinKeys,
  features,
}: SourceBinding<TableColumn>): TableColumn[] {
  const fields = [...joinKeys, ...features].map(({ column }) => column);
  return [eventTime, ...(createdTime === undefined ? [] : [createdTime]), ...fields];
}

interface Scanned {
  readonly table: SourceTable;
  readonly binding: SourceBinding<TableColumn>;
}

/** Errors: InvalidValueError for a row without a join key. */
async function pickNewest(
  connection: DuckDBConnection,
  query: LatestRowsQuery,
  { table, binding }: Scanned,
): Promise<ScanStatistics> {
  const [rowsRead = 0, ...withoutKey] = await numbers(connection, query.count);
  const key = withoutKey.findIndex((count) => count > 0);
  if (key >= 0) {
    const rows = await (await connection.run(query.firstWithoutKey(key))).getRows();
    const [time, file] = rows[0] as unknown as [string, number];
    const where = table.files.files.length > 1 ? `, in ${table.files.files[file]!.name}` : '';
    throw new InvalidValueError(
      `${table.files.label}: ${withoutKey[key]} of ${rowsRead} rows in the range have no ` +
        `${binding.joinKeys[key]!.field.name}, which is a join key; the first one has the event time ${time}${where}`,
    );
  }
  await connection.run(query.pick);
  const [rowsToStore = 0] = await numbers(connection, query.countPicked);
  return { rowsRead, rowsToStore };
}

async function numbers(connection: DuckDBConnection, sql: string): Promise<number[]> {
  const rows = await (await connection.run(sql)).getRows();
  return rows[0]!.map(Number);
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

async function translated<T>(files: SourceFiles, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FeatureServerError) throw error;
    throw duckdbFailure(error, files);
  }
}
