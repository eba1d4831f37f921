import type { Deadline } from '../../../common/model/deadline.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import { OnlineStoreWriter } from '../online-store-writer.js';
import { SqliteBatch } from './sqlite-batch.js';
import { PartlyStoredError, type SqliteColumnOptions, SqliteRowWriter } from './sqlite-row-writer.js';
import { columnsOf, createTable } from './sqlite-table.js';
import { SqliteTransactions } from './sqlite-transactions.js';
import { requireVectorCells } from './sqlite-vectors.js';
import type { SqliteWriteConnection, SqliteWriteOptions } from './sqlite-write-connection.js';

export type SqliteWriterOptions = SqliteWriteOptions & SqliteColumnOptions;

/** SQLite rows of one transaction: some 100 ms of work, of which readers have to wait for the end only. */
const BATCH_CELLS = 50_000;
const MAX_BATCH_ROWS = 5000;
const MIN_BATCH_ROWS = 100;

/**
 * Writes rows to the tables that Feast makes in one SQLite file. A file, folder or table that is missing is made.
 *
 * Shape:  a batch is one transaction: all of it is stored or nothing.
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

  /** Nothing is opened before the first write. */
  constructor(private readonly options: SqliteWriterOptions) {
    super();
    this.transactions = new SqliteTransactions(options);
  }

  override rowsPerBatch(featureCount: number): number {
    const rows = Math.floor(BATCH_CELLS / Math.max(1, featureCount));
    return Math.min(MAX_BATCH_ROWS, Math.max(MIN_BATCH_ROWS, rows));
  }

  override async write(batch: WriteBatch, deadline: Deadline): Promise<WriteOutcome> {
    const rows = new SqliteBatch(batch);
    if (batch.keys.length === 0 || batch.features.length === 0) return { written: 0, skipped: 0 };
    try {
      return await this.store(rows, false, deadline);
    } catch (error) {
      if (error instanceof PartlyStoredError) return this.store(rows, true, deadline);
      throw error;
    }
  }

  override check(batch: WriteBatch): void {
    if (this.options.vectorEnabled) requireVectorCells(batch);
  }

  override close(): Promise<void> {
    return this.transactions.close();
  }

  private store(rows: SqliteBatch, looksFirst: boolean, deadline: Deadline): Promise<WriteOutcome> {
    return this.transactions.run(deadline, (connection) => {
      const columns = this.columnsFor(connection, rows.table);
      return new SqliteRowWriter(connection, rows, { ...this.options, columns, looksFirst }).write(deadline);
    });
  }

  private columnsFor(connection: SqliteWriteConnection, table: string): ReadonlySet<string> {
    const columns = table.includes('\0') ? new Set<string>() : columnsOf(connection, table);
    if (columns.size > 0) return columns;
    createTable(connection, table, { withNumbers: this.options.enableOpenaiCompatibleStore });
    return columnsOf(connection, table);
  }
}
