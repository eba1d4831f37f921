import { quoteIdentifier, quoteText } from './sqlite-names.js';

/** Where a statement finds the entity keys of a view. */
export interface KeySource {
  /** Number of the parameter, from 1. */
  readonly parameter: number;
  /** `one`: the bytes of one key. `list`: the JSON text of `encodeKeyList`. */
  readonly kind: 'one' | 'list';
}

export interface ReadColumn {
  readonly table: string;
  readonly keys: KeySource;
  /** Look up these features and no others; without it, read all features of each key. */
  readonly onlyFeatures?: readonly string[];
}

/**
 * One statement for all the columns: it reads them at one moment.
 *
 * Shape:   one row, a blob per column, NULL when no key has a row. What a blob holds is described at
 *          `RowDecoder`. Rows are not handed over one by one: that costs twice as much as this.
 */
export function readStatement(columns: readonly ReadColumn[]): string {
  const lists = new Set(columns.flatMap(({ keys }) => (keys.kind === 'list' ? [keys.parameter] : [])));
  const keyTables = [...lists].map(
    (parameter) =>
      `k${parameter}(i, b) AS MATERIALIZED (SELECT key, unhex(value) FROM json_each(?${parameter}))`,
  );
  const withClause = keyTables.length === 0 ? '' : `WITH ${keyTables.join(', ')} `;
  return `${withClause}SELECT ${columns.map(columnExpression).join(', ')}`;
}

function columnExpression(column: ReadColumn): string {
  const { parameter, kind } = column.keys;
  if (kind === 'one') return `CAST(${recordExpression(column, '0', `?${parameter}`)} AS BLOB)`;
  // Table names hold an underscore: k1 and k cannot be one.
  const records = `SELECT group_concat(${recordExpression(column, 'k.i', 'k.b')}, '') FROM k${parameter} k`;
  return `CAST((${records}) AS BLOB)`;
}

const EVENT_TIME = "CASE typeof(event_ts) WHEN 'integer' THEN event_ts ELSE typeof(event_ts) END";
const CELLS = 'json_group_object(feature_name, hex(value))';

/**
 * The record of one key. Its time is that of the row that was inserted last, whatever index is used: beside
 * `max`, SQLite takes plain columns from the row of the greatest value.
 */
function recordExpression({ table, onlyFeatures }: ReadColumn, index: string, key: string): string {
  const from = `FROM ${quoteIdentifier(table)} WHERE entity_key = ${key}`;
  const head = `${index} || ',' || ${EVENT_TIME}`;
  if (!onlyFeatures) return `(SELECT ${head} || ${CELLS} ${from} HAVING max(rowid) IS NOT NULL)`;
  const names = onlyFeatures.filter((name) => !name.includes('\0')).map(quoteText);
  const cells = `(SELECT ${CELLS} ${from} AND feature_name IN (${names.join(', ')}))`;
  return `(SELECT ${head} || ${cells} ${from} ORDER BY rowid DESC LIMIT 1)`;
}
