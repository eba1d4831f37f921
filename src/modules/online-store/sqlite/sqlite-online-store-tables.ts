import type { Deadline } from '../../../common/model/deadline.js';
import { OnlineStoreTables, type TableState, type ViewTable } from '../online-store-tables.js';
import { fileIdentity } from './sqlite-file.js';
import { quoteIdentifier, tableName } from './sqlite-names.js';
import { addLaterColumns, createTable } from './sqlite-table.js';
import { SqliteTransactions } from './sqlite-transactions.js';
import type { SqliteWriteConnection } from './sqlite-write-connection.js';

export interface SqliteTablesOptions {
  readonly path: string;
  /** Whether tables have the column `value_num`. */
  readonly withNumbers: boolean;
}

/** Tables that SQLite makes for itself. */
const OWN_TABLE = /^sqlite_/;
const KEYS_PER_STEP = 1000;
/** Comes before every key. */
const NO_KEY = new Uint8Array(0);

/**
 * The tables of one SQLite file: as `feast apply` makes them, whichever of the two made them first.
 *
 * Shape:  each call is one transaction. The file is made by `create` alone, together with its folder.
 * Source: spec/online-store-sqlite.md, Tables.
 */
export class SqliteOnlineStoreTables extends OnlineStoreTables {
  override readonly location: string;
  override readonly noun = 'table';
  private readonly transactions: SqliteTransactions;

  constructor(private readonly options: SqliteTablesOptions) {
    super();
    this.location = options.path;
    this.transactions = new SqliteTransactions({ path: options.path, journalMode: 'keep' });
  }

  override nameOf({ project, viewName, version }: ViewTable): string {
    return tableName(project, viewName, version);
  }

  override async inspect(views: readonly ViewTable[], deadline: Deadline): Promise<readonly TableState[]> {
    if (!this.fileExists()) return views.map((view) => ({ view, exists: false, holdsRows: false }));
    return this.transactions.read(deadline, (connection) => {
      const tables = tablesOf(connection);
      return views.map((view) => {
        const exists = tables.has(this.nameOf(view));
        return { view, exists, holdsRows: exists && holdsRows(connection, this.nameOf(view)) };
      });
    });
  }

  override async create(views: readonly ViewTable[], deadline: Deadline): Promise<void> {
    if (views.length === 0) return;
    await this.transactions.run(deadline, (connection) => {
      for (const view of views) {
        createTable(connection, this.nameOf(view), this.options);
        addLaterColumns(connection, this.nameOf(view), this.options);
      }
    });
  }

  override async drop(views: readonly ViewTable[], deadline: Deadline): Promise<void> {
    if (views.length === 0 || !this.fileExists()) return;
    await this.transactions.run(deadline, (connection) => {
      const tables = tablesOf(connection);
      for (const view of views) dropTable(connection, this.nameOf(view), tables);
    });
  }

  /** The file goes too when nothing is left in it. */
  override async teardown(_project: string, views: readonly ViewTable[], deadline: Deadline): Promise<void> {
    if (!this.fileExists()) return;
    await this.drop(views, deadline);
    await this.transactions.removeFile(deadline, (connection) => isEmpty(connection));
  }

  override async *entityKeys(
    views: readonly ViewTable[],
    deadline: () => Deadline,
  ): AsyncGenerator<readonly Uint8Array[], void> {
    let after: Uint8Array | undefined = NO_KEY;
    while (after !== undefined && this.fileExists()) {
      const from: Uint8Array = after;
      const keys = await this.transactions.read(deadline(), (connection) => {
        const tables = tablesOf(connection);
        const present = new Set(views.map((view) => this.nameOf(view)).filter((name) => tables.has(name)));
        return keysAfter(connection, [...present], from);
      });
      if (keys.length > 0) yield keys;
      after = keys.length < KEYS_PER_STEP ? undefined : keys.at(-1);
    }
  }

  override close(): Promise<void> {
    return this.transactions.close();
  }

  private fileExists(): boolean {
    return fileIdentity(this.options.path) !== undefined;
  }
}

function tablesOf(connection: SqliteWriteConnection): Set<string> {
  const names = connection.all("SELECT name FROM sqlite_schema WHERE type = 'table'");
  return new Set(names.map(([name]) => String(name)));
}

function holdsRows(connection: SqliteWriteConnection, table: string): boolean {
  const [row] = connection.all(`SELECT EXISTS (SELECT 1 FROM ${quoteIdentifier(table)})`);
  return row?.[0] === 1;
}

/** The next keys in the order of their bytes; an index of each table has them in it. */
function keysAfter(
  connection: SqliteWriteConnection,
  tables: readonly string[],
  after: Uint8Array,
): Uint8Array[] {
  if (tables.length === 0) return [];
  const selects = tables.map(
    (table) => `SELECT DISTINCT entity_key FROM ${quoteIdentifier(table)} WHERE entity_key > ?1`,
  );
  const sql = `${selects.join(' UNION ')} ORDER BY entity_key LIMIT ${KEYS_PER_STEP}`;
  return connection.all(sql, after).map(([key]) => key as Uint8Array);
}

function dropTable(connection: SqliteWriteConnection, table: string, tables: ReadonlySet<string>): void {
  if (tables.has(table)) connection.exec(`DROP TABLE ${quoteIdentifier(table)}`);
}

function isEmpty(connection: SqliteWriteConnection): boolean {
  const names = connection.all('SELECT name FROM sqlite_schema');
  return names.every(([name]) => OWN_TABLE.test(String(name)));
}
