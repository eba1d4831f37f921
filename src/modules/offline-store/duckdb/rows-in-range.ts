import type { DuckDBConnection } from '@duckdb/node-api';
import { InvalidValueError } from '../../../common/errors/errors.js';
import type { BoundTable } from './bound-table.js';
import { FILE_INDEX, FILE_ROW_NUMBER } from './source-table.js';
import { rangeCondition, type TimeRange } from './time-range.js';

/**
 * How many rows of a source are in a range of time.
 *
 * Errors: InvalidValueError for a row without a join key, which tells the first one.
 */
export async function countRowsInRange(
  connection: DuckDBConnection,
  { table, binding }: BoundTable,
  range: TimeRange,
): Promise<number> {
  const { eventTime, joinKeys } = binding;
  const keys = joinKeys.map(({ column }) => column.sql);
  const rows = `FROM ${table.from} WHERE ${rangeCondition(eventTime, range)}`;
  const counts = ['count(*)', ...keys.map((key) => `count(*) - count(${key})`)].join(', ');
  const [rowsInRange = 0, ...withoutKey] = await numbers(connection, `SELECT ${counts} ${rows}`);
  const key = withoutKey.findIndex((count) => count > 0);
  if (key < 0) return rowsInRange;
  const first =
    `SELECT ${eventTime.sql}::VARCHAR, ${FILE_INDEX}::INTEGER ${rows} AND ${keys[key]} IS NULL ` +
    `ORDER BY ${FILE_INDEX}, ${FILE_ROW_NUMBER} LIMIT 1`;
  const [time, file] = (await (await connection.run(first)).getRows())[0] as unknown as [string, number];
  const where = table.files.files.length > 1 ? `, in ${table.files.files[file]!.name}` : '';
  throw new InvalidValueError(
    `${table.files.label}: ${withoutKey[key]} of ${rowsInRange} rows in the range have no ` +
      `${joinKeys[key]!.field.name}, which is a join key; the first one has the event time ${time}${where}`,
  );
}

/** The one row of a query, of which all columns are numbers. */
export async function numbers(connection: DuckDBConnection, sql: string): Promise<number[]> {
  const rows = await (await connection.run(sql)).getRows();
  return rows[0]!.map(Number);
}
