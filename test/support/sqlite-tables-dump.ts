import { DatabaseSync } from 'node:sqlite';
import { quote } from './feast-sqlite-file.js';

/** What `test/fixtures/online-store/make_sqlite_rows.py` prints of a file. */
export interface TableDump {
  /** Type, name, table and SQL of everything in the file. */
  readonly schema: readonly (readonly (string | null)[])[];
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly types: readonly string[] }[];
}

/** Blobs are `{ b64 }`, as in the recorded dumps; infinities are text. */
export function dumpTable(path: string, table: string): TableDump {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const columns = database
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => String(name));
    const wanted = [...columns.map(quote), ...columns.map((column) => `typeof(${quote(column)})`)];
    const select = database.prepare(
      `SELECT ${wanted.join(', ')} FROM ${quote(table)} ORDER BY entity_key, feature_name`,
    );
    select.setReturnArrays(true);
    select.setReadBigInts(true);
    const rows = (select.all() as unknown as unknown[][]).map((row) => ({
      cells: row.slice(0, columns.length).map(plainCell),
      types: row.slice(columns.length).map(String),
    }));
    const schema = database
      .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid')
      .all()
      .map((row) => Object.values(row) as (string | null)[]);
    return { schema, table, columns, rows };
  } finally {
    database.close();
  }
}

function plainCell(cell: unknown): unknown {
  if (cell instanceof Uint8Array) return { b64: Buffer.from(cell).toString('base64') };
  if (cell === Infinity) return 'inf';
  if (cell === -Infinity) return '-inf';
  // JSON that is read has lost the digits as well.
  return typeof cell === 'bigint' ? Number(cell) : cell;
}
