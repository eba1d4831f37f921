import type { Deadline } from '../../../common/model/deadline.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import { OnlineStoreWriter } from '../online-store-writer.js';
import type { CommitNotices } from './notices/commit-notices.js';
import { SqliteBatch } from './sqlite-batch.js';
import { type CommittedGroup, SqliteGroupCommit } from './sqlite-group-commit.js';
import { type SqliteColumnOptions, SqliteRowWriter } from './sqlite-row-writer.js';
import { columnsOf, createTable } from './sqlite-table.js';
import { SqliteTransactions } from './sqlite-transactions.js';
import { requireVectorCells } from './sqlite-vectors.js';
import type { SqliteWriteConnection, SqliteWriteOptions } from './sqlite-write-connection.js';
import type { WaitingWrite } from './waiting-write.js';

export type SqliteWriterOptions = SqliteWriteOptions & SqliteColumnOptions;

/** SQLite rows of one transaction: some 100 ms of work, of which readers have to wait for the end only. */
const BATCH_CELLS = 50_000;
const MAX_BATCH_ROWS = 5000;
const MIN_BATCH_ROWS = 100;

/**
 * Writes rows to the tables that Feast makes in one SQLite file. A file, folder or table that is missing is made.
 *
 * Shape:  all of a batch is stored or nothing. Batches that come while others are stored share the next transaction.
 *         `newest`: a row is stored unless one of its features is stored with a newer event time, in seconds; on equal
 *         times the last write wins. Within a batch microseconds count.
 *         Features that the batch does not have stay as they are and count for nothing.
 * Errors: besides those of the port, InvalidValueError (an event time out of range, a vector of the wrong length) and
 *         CorruptDataError (the file is damaged, or the table has another layout).
 * Source: spec/online-store-sqlite.md, Write.
 */
export class SqliteOnlineStoreWriter extends OnlineStoreWriter {
  override readonly isFasterInKeyOrder = true;
  private readonly transactions: SqliteTransactions;
  private readonly group: SqliteGroupCommit;
  /** Of the tables that the transaction has met. */
  private readonly columns = new Map<string, ReadonlySet<string>>();

  /** Nothing is opened before the first write. `notices` are for who searches the file. */
  constructor(
    private readonly options: SqliteWriterOptions,
    onCommit: (group: CommittedGroup) => void = () => undefined,
    private readonly notices?: CommitNotices,
  ) {
    super();
    this.transactions = new SqliteTransactions(options, notices);
    const batches = {
      forget: () => this.columns.clear(),
      store: (connection: SqliteWriteConnection, write: WaitingWrite) => this.store(connection, write),
    };
    this.group = new SqliteGroupCommit(this.transactions, batches, onCommit);
  }

  override rowsPerBatch(featureCount: number): number {
    const rows = Math.floor(BATCH_CELLS / Math.max(1, featureCount));
    return Math.min(MAX_BATCH_ROWS, Math.max(MIN_BATCH_ROWS, rows));
  }

  override async write(batch: WriteBatch, deadline: Deadline): Promise<WriteOutcome> {
    const rows = new SqliteBatch(batch);
    if (batch.keys.length === 0 || batch.features.length === 0) return { written: 0, skipped: 0 };
    return this.group.write(rows, deadline);
  }

  override check(batch: WriteBatch): void {
    if (this.options.vectorEnabled) requireVectorCells(batch);
  }

  override async close(): Promise<void> {
    await this.transactions.close();
    this.notices?.close();
  }

  private store(
    connection: SqliteWriteConnection,
    { rows, looksFirst, deadline }: WaitingWrite,
  ): Promise<WriteOutcome> {
    const columns = this.columnsFor(connection, rows.table);
    this.notices?.touch(rows.table, rows.batch.keys);
    return new SqliteRowWriter(connection, rows, { ...this.options, columns, looksFirst }).write(deadline);
  }

  /** The table is made when it is missing. */
  private columnsFor(connection: SqliteWriteConnection, table: string): ReadonlySet<string> {
    const known = this.columns.get(table);
    if (known !== undefined) return known;
    let columns = table.includes('\0') ? new Set<string>() : columnsOf(connection, table);
    if (columns.size === 0) {
      createTable(connection, table, { withNumbers: this.options.enableOpenaiCompatibleStore });
      columns = columnsOf(connection, table);
    }
    this.columns.set(table, columns);
    return columns;
  }
}
