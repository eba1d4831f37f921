import { CorruptDataError, InvalidValueError } from '../../../common/errors/errors.js';
import { quoteIdentifier } from './sqlite-names.js';
import type { SqliteWriteConnection } from './sqlite-write-connection.js';

/** Every table has these. Feast added the others in later versions. */
const COLUMNS: readonly string[] = ['entity_key', 'feature_name', 'value', 'event_ts', 'created_ts'];

/**
 * Makes the table of a view when it is missing, and its index.
 *
 * Shape:  the text is Feast's, to the last blank: it stands in the schema of the file.
 * Errors: InvalidValueError for a name that no table can have; else what SQLite throws.
 * Source: spec/online-store-sqlite.md, Tables; compared with a file that Feast made.
 */
export function createTable(
  connection: SqliteWriteConnection,
  table: string,
  { withNumbers }: { readonly withNumbers: boolean },
): void {
  if (table.includes('\0')) {
    throw new InvalidValueError(`no table can be called ${JSON.stringify(table)}: rename the view`);
  }
  const numbers = withNumbers ? 'value_num REAL,' : '';
  connection.exec(
    `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(table)} (entity_key BLOB, feature_name TEXT, value BLOB, ` +
      `value_text TEXT, ${numbers} vector_value BLOB, event_ts timestamp, created_ts timestamp,  ` +
      `PRIMARY KEY(entity_key, feature_name))`,
  );
  connection.exec(
    `CREATE INDEX IF NOT EXISTS ${quoteIdentifier(`${table}_ek`)} ON ${quoteIdentifier(table)} (entity_key)`,
  );
}

/** Adds the columns that the table of an older version lacks, as `feast apply` does. */
export function addLaterColumns(
  connection: SqliteWriteConnection,
  table: string,
  { withNumbers }: { readonly withNumbers: boolean },
): void {
  const present = columnsOf(connection, table);
  const wanted = withNumbers ? ['value_text TEXT', 'value_num REAL'] : ['value_text TEXT'];
  for (const column of wanted) {
    const [name = '', type = ''] = column.split(' ');
    if (present.has(name)) continue;
    connection.exec(`ALTER TABLE ${quoteIdentifier(table)} ADD COLUMN ${quoteIdentifier(name)} ${type}`);
  }
}

/**
 * The names of the columns; empty when there is no such table.
 *
 * Errors: CorruptDataError for a table of another layout.
 */
export function columnsOf(connection: SqliteWriteConnection, table: string): ReadonlySet<string> {
  const columns = new Set(
    connection.all('SELECT name FROM pragma_table_info(?)', table).map(([name]) => String(name)),
  );
  const missing = COLUMNS.filter((column) => !columns.has(column));
  if (columns.size === 0 || missing.length === 0) return columns;
  throw new CorruptDataError(
    `table ${table} of the online store has another layout: it has no column ${missing.join(', ')}`,
  );
}
