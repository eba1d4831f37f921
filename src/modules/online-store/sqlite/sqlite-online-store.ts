import { setTimeout as sleep } from 'node:timers/promises';
import { CorruptDataError, FeatureServerError, UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { ReadPlan } from '../../../common/model/read-plan.js';
import { type CellSink, OnlineStore, type OnlineStoreCapabilities } from '../online-store.js';
import { SqliteConnection } from './sqlite-connection.js';
import { type SqliteFailure, sqliteFailure } from './sqlite-failure.js';
import { RowCache } from './row-cache.js';
import { RowCacheRead } from './row-cache-read.js';
import { type EntityKeys, SqlitePlanReader } from './sqlite-plan-reader.js';

export interface SqliteOnlineStoreOptions {
  readonly path: string;
  /** The longest pause of one read between two tries at a locked file, while few reads wait. */
  readonly busyRetryMs?: number;
  /** Memory for pages of the file. */
  readonly cacheBytes?: number;
  /** How often, at most, it is looked whether the file was replaced by another. */
  readonly replacementCheckMs?: number;
  /** Memory for rows that were read, which are read again only after somebody has committed; 0 for none. */
  readonly rowCacheBytes?: number;
  /** The most bytes that one value of a statement's result may have; SQLite's own limit is 10^9. */
  readonly maxResultBytes?: number;
}

const DEFAULT_BUSY_RETRY_MS = 5;
/** The system keeps pages of the file, too: more here was not faster. */
const DEFAULT_CACHE_BYTES = 4 * 1024 * 1024;
const DEFAULT_REPLACEMENT_CHECK_MS = 250;
const DEFAULT_MAX_RESULT_BYTES = 1_000_000_000;
const FIRST_RETRY_MS = 1;
/** However many reads wait for a lock, together they try about so often: a try costs 10 to 20 µs. */
const TRIES_PER_MS = 4;

/** Reads one plan, from the file or from what is kept of it. */
type PlanReader = Pick<SqlitePlanReader, 'read' | 'missingTable'>;

/** Uses the connection; what SQLite throws may pass. */
interface Task {
  run(connection: SqliteConnection): void;
  /** The error for `no such table: …`. */
  missingTable(message: string): FeatureServerError;
}

/**
 * The tables that Feast makes in one SQLite file: read side.
 *
 * A read is synchronous as long as nobody locks the file. A locked file is tried again after short sleeps until
 * the deadline, so that the event loop never waits.
 *
 * Source: spec/online-store-sqlite.md.
 */
export class SqliteOnlineStore extends OnlineStore {
  override readonly capabilities: OnlineStoreCapabilities = {
    timeResolutionMicros: 1_000_000,
    atomicOverViews: true,
    tellsAbsentFromNull: true,
  };

  private readonly connection: SqliteConnection;
  private readonly busyRetryMs: number;
  override readonly keptRows: RowCache | undefined = undefined;
  private readonly readers = new WeakMap<ReadPlan, PlanReader>();
  /** Reads that wait for a lock to go. */
  private waiting = 0;
  private closed = false;

  constructor(options: SqliteOnlineStoreOptions) {
    super();
    this.busyRetryMs = options.busyRetryMs ?? DEFAULT_BUSY_RETRY_MS;
    const { rowCacheBytes = 0 } = options;
    if (rowCacheBytes > 0) this.keptRows = new RowCache(rowCacheBytes);
    this.connection = new SqliteConnection({
      path: options.path,
      cacheBytes: options.cacheBytes ?? DEFAULT_CACHE_BYTES,
      replacementCheckMs: options.replacementCheckMs ?? DEFAULT_REPLACEMENT_CHECK_MS,
      maxResultBytes: options.maxResultBytes ?? DEFAULT_MAX_RESULT_BYTES,
    });
  }

  override read(plan: ReadPlan, keys: EntityKeys, sink: CellSink, deadline: Deadline): void | Promise<void> {
    const reader = this.readerOf(plan);
    const task: Task = {
      run: (connection) => reader.read(connection, keys, sink, deadline),
      missingTable: (message) => reader.missingTable(message),
    };
    return this.attempt(task, deadline) ? undefined : this.retry(task, deadline);
  }

  override async ping(deadline: Deadline): Promise<void> {
    const task: Task = {
      run: (connection) => void connection.get('SELECT count(*) FROM sqlite_schema', []),
      missingTable: (message) => new UnavailableError(message),
    };
    if (!this.attempt(task, deadline)) await this.retry(task, deadline);
  }

  override close(): Promise<void> {
    this.closed = true;
    this.connection.close();
    return Promise.resolve();
  }

  private readerOf(plan: ReadPlan): PlanReader {
    let reader = this.readers.get(plan);
    if (!reader) {
      const direct = new SqlitePlanReader(plan);
      reader = this.keptRows ? new RowCacheRead(direct, this.keptRows) : direct;
      this.readers.set(plan, reader);
    }
    return reader;
  }

  /** True when it is done, false when the file is locked. */
  private attempt(task: Task, deadline: Deadline): boolean {
    if (this.closed) throw new UnavailableError('the online store is closed');
    if (deadline.expired) throw new UnavailableError('the online store was not read: the time was up before');
    const { connection } = this;
    const wasOpen = connection.isOpen;
    try {
      connection.prepareForRead();
      task.run(connection);
      return true;
    } catch (error) {
      connection.rollback();
      const failure = sqliteFailure(error);
      if (!failure) throw error;
      if (failure.kind === 'busy') return false;
      if (!wasOpen || !this.reopens(failure)) throw this.toError(failure, error, task);
    }
    return this.attempt(task, deadline);
  }

  /** A connection that was open before may have failed because its file was replaced or damaged meanwhile. */
  private reopens({ kind }: SqliteFailure): boolean {
    const broken = kind === 'corrupt' || kind === 'unusable';
    if (!broken && !this.connection.isReplaced()) return false;
    this.connection.close();
    return true;
  }

  private toError({ kind, message }: SqliteFailure, cause: unknown, task: Task): FeatureServerError {
    switch (kind) {
      case 'no-such-table':
        return task.missingTable(message);
      case 'layout':
        return new CorruptDataError(`a table of the online store has another layout: ${message}`, { cause });
      case 'corrupt':
        this.connection.close();
        return new CorruptDataError(`the file of the online store is damaged: ${message}`, { cause });
      case 'too-big':
        return new CorruptDataError(`a row of the online store is too large to be read: ${message}`, {
          cause,
        });
      case 'busy':
      case 'unusable':
        this.connection.close();
        return new UnavailableError(`the online store cannot be read: ${message}`, { cause });
    }
  }

  private async retry(task: Task, deadline: Deadline): Promise<void> {
    this.waiting++;
    try {
      for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(2 * pauseMs, this.longestPauseMs)) {
        // Jitter keeps reads that met the same lock from trying at the same moments.
        const jitteredMs = pauseMs * (0.5 + Math.random() / 2);
        await sleep(Math.min(jitteredMs, deadline.remainingMs()));
        if (deadline.expired) throw lockedTooLong();
        if (this.attempt(task, deadline)) return;
      }
    } finally {
      this.waiting--;
    }
  }

  private get longestPauseMs(): number {
    return Math.max(this.busyRetryMs, this.waiting / TRIES_PER_MS);
  }
}

function lockedTooLong(): UnavailableError {
  return new UnavailableError('the online store was locked by another process until the time was up');
}
