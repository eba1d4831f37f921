import type { DuckDBConnection } from '@duckdb/node-api';
import { NotSupportedError } from '../../../common/errors/errors.js';
import type { DataSource } from '../../../common/model/data-source.js';
import {
  OfflineStore,
  type EncodedRows,
  type JoinedRowsScan,
  type LatestRowsScan,
  type ScanStatistics,
  type SourceColumn,
} from '../offline-store.js';
import type { SourceFiles } from '../files/source-files.js';
import type { ObjectStore } from '../object-store.js';
import { scanRows, translated } from './duckdb-scan.js';
import { DuckdbSession, type DuckdbOptions } from './duckdb-session.js';
import { joinedRowsPlan } from './joined-rows-plan.js';
import { latestRowsPlan } from './latest-rows-plan.js';
import { lookLimit, openSource, type OpenSource, type SourcePlaces } from './open-source.js';
import { sourceHistory } from './source-history.js';
import { openTable } from './source-table.js';

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
    const history = sourceHistory(source);
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
    await using open = await openSource(sourceHistory(scan.source), this.places, signal);
    const plan = latestRowsPlan(open, scan, signal);
    yield* scanRows(this.session, plan, { signal, onStatistics });
  }

  async *joinedRows(
    scan: JoinedRowsScan,
    signal: AbortSignal,
    onStatistics?: (statistics: ScanStatistics) => void,
  ): AsyncGenerator<EncodedRows> {
    await using opened = new AsyncDisposableStack();
    const open: OpenSource[] = [];
    for (const { source } of scan.sources) {
      open.push(opened.use(await openSource(sourceHistory(source), this.places, signal)));
    }
    yield* scanRows(this.session, joinedRowsPlan(open, scan, signal), { signal, onStatistics });
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
