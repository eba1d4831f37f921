import type { SourceBinding } from '../source-binding.js';
import { FILE_INDEX, FILE_ROW_NUMBER, type TableColumn } from './source-table.js';

const INT64_MAX = 2n ** 63n - 1n;
const TWO_64 = 2n ** 64n;
/** More than a file has, and so few that their number times that of the files fits 63 bits. */
const ROWS_OF_FILE = 2n ** 40n;

export interface KeyedRows {
  /** What stands behind FROM. */
  readonly from: string;
  /** What stands behind WHERE. */
  readonly condition: string;
  /** Expressions of what tells entities apart; none: all rows are of one. */
  readonly keys: readonly string[];
  /** The names that keys and time of the newest row (microseconds) get, which else are left out. */
  readonly keep?: { readonly keys: readonly string[]; readonly time: string };
}

type Times = Pick<SourceBinding<TableColumn>, 'eventTime' | 'createdTime'>;

/** A query for the places of the newest row of each entity: `file`, `row`, and what is to be kept. */
export function newestPlaces(rows: KeyedRows, times: Times): string {
  return rows.keys.length > 0 && times.createdTime === undefined
    ? placesByTime(rows, times)
    : placesByOrder(rows, times);
}

/**
 * Event time and place of a row make one number of 128 bits, of which the greatest is that of the newest row, and of
 * equally new ones of the first: a third of the work of an order, and of its memory.
 */
function placesByTime({ from, condition, keys, keep }: KeyedRows, { eventTime }: Times): string {
  const place = `(${FILE_INDEX}::HUGEINT * ${ROWS_OF_FILE} + ${FILE_ROW_NUMBER})`;
  const newest = `max(${ticks(eventTime)}::HUGEINT * ${TWO_64}::HUGEINT + (${INT64_MAX} - ${place}))`;
  const names = keep ? [...keep.keys, keep.time] : [];
  const kept = keep ? [...named(keys, keep.keys), `max(${microseconds(eventTime)}) AS ${keep.time}`] : [];
  return (
    `SELECT ${[...names, `(place // ${ROWS_OF_FILE})::INTEGER AS file`, `place % ${ROWS_OF_FILE} AS row`].join(', ')} FROM (` +
    `SELECT ${[...names, `(${INT64_MAX} - (newest & ${TWO_64 - 1n}::HUGEINT))::BIGINT AS place`].join(', ')} FROM (` +
    `SELECT ${[...kept, `${newest} AS newest`].join(', ')} FROM ${from} WHERE ${condition} GROUP BY ${keys.join(', ')}))`
  );
}

function placesByOrder(
  { from, condition, keys, keep }: KeyedRows,
  { eventTime, createdTime }: Times,
): string {
  const order = [
    `${eventTime.sql} DESC`,
    ...(createdTime === undefined ? [] : [`${createdTime.sql} DESC NULLS LAST`]),
    FILE_INDEX,
    FILE_ROW_NUMBER,
  ].join(', ');
  const newest =
    keys.length === 0
      ? `ORDER BY ${order} LIMIT 1`
      : `QUALIFY row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${order}) = 1`;
  const kept = keep ? [...named(keys, keep.keys), `${microseconds(eventTime)} AS ${keep.time}`] : [];
  return (
    `SELECT ${[...kept, `${FILE_INDEX}::INTEGER AS file`, `${FILE_ROW_NUMBER} AS row`].join(', ')} ` +
    `FROM ${from} WHERE ${condition} ${newest}`
  );
}

function named(expressions: readonly string[], names: readonly string[]): string[] {
  return expressions.map((sql, at) => `${sql} AS ${names[at]}`);
}

/** In the finest unit that the column has. */
function ticks(column: TableColumn): string {
  const { sql, sourceType } = column;
  return sourceType.kind === 'timestamp' && sourceType.unit === 'ns'
    ? `epoch_ns(${sql})`
    : microseconds(column);
}

/** Cut down, not toward zero. */
export function microseconds({ sql, sourceType }: TableColumn): string {
  if (sourceType.kind === 'timestamp' && sourceType.unit === 'ns') {
    return `((epoch_ns(${sql}) - ((epoch_ns(${sql}) % 1000) + 1000) % 1000) // 1000)`;
  }
  return sourceType.kind === 'timestamp' ? `epoch_us(${sql})` : `epoch_us(${sql}::TIMESTAMP)`;
}
