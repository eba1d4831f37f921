import type { SourceBinding } from '../source-binding.js';
import { keyByteOrder } from './key-byte-order.js';
import { FILE_INDEX, FILE_ROW_NUMBER, type TableColumn } from './source-table.js';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const TWO_64 = 2n ** 64n;
/** More than a file has, and so few that their number times that of the files fits 63 bits. */
const ROWS_OF_FILE = 2n ** 40n;
const NEWEST = 'newest_rows';

export interface LatestRowsQuery {
  /** One row: how many rows are in the range, and for each join key how many of them have none. */
  readonly count: string;
  /** Leaves the places of the newest rows in a table of the connection. */
  readonly pick: string;
  readonly countPicked: string;
  /**
   * The columns of `rowColumns` of the newest rows: event time and created time in microseconds as doubles, join keys,
   * features.
   */
  readonly fetch: string;
  /** Event time, as text, and file of the first row that lacks the join key. */
  firstWithoutKey(key: number): string;
}

export interface LatestRowsRange {
  readonly startMicros: number;
  readonly endMicros: number;
  readonly order: 'key' | 'any';
}

/**
 * The newest row of each entity is found by keys and times alone; then the rows themselves are read, in one pass over the
 * other columns. So what must be remembered (or spilled) is a few numbers for each row in the range, however wide it is.
 */
export function latestRowsQuery(
  from: string,
  binding: SourceBinding<TableColumn>,
  range: LatestRowsRange,
): LatestRowsQuery {
  const keys = binding.joinKeys.map(({ column }) => column.sql);
  const inRange = rangeCondition(binding.eventTime, range);
  return {
    count: `SELECT ${['count(*)', ...keys.map((key) => `count(*) - count(${key})`)].join(', ')} FROM ${from} WHERE ${inRange}`,
    pick: pickQuery(from, binding, inRange),
    countPicked: `SELECT count(*) FROM ${NEWEST}`,
    fetch: fetchQuery(from, binding, { inRange, order: range.order }),
    firstWithoutKey: (key) =>
      `SELECT ${binding.eventTime.sql}::VARCHAR, ${FILE_INDEX}::INTEGER FROM ${from} WHERE ${inRange} AND ${keys[key]} IS NULL ` +
      `ORDER BY ${FILE_INDEX}, ${FILE_ROW_NUMBER} LIMIT 1`,
  };
}

function pickQuery(from: string, binding: SourceBinding<TableColumn>, inRange: string): string {
  const keys = binding.joinKeys.map(({ column }) => column.sql);
  const rows = `FROM ${from} WHERE ${inRange}`;
  const places = keys.length > 0 && binding.createdTime === undefined ? placesByTime : placesByOrder;
  return `CREATE OR REPLACE TEMP TABLE ${NEWEST} AS ${places(rows, binding, keys.join(', '))}`;
}

type Places = (rows: string, binding: SourceBinding<TableColumn>, keys: string) => string;

/**
 * Event time and place of a row make one number of 128 bits, of which the greatest is that of the newest row, and of
 * equally new ones of the first: a third of the work of an order, and of its memory.
 */
const placesByTime: Places = (rows, { eventTime }, keys) => {
  const place = `(${FILE_INDEX}::HUGEINT * ${ROWS_OF_FILE} + ${FILE_ROW_NUMBER})`;
  const newest = `max(${ticks(eventTime)}::HUGEINT * ${TWO_64}::HUGEINT + (${INT64_MAX} - ${place}))`;
  return (
    `SELECT (place // ${ROWS_OF_FILE})::INTEGER AS file, place % ${ROWS_OF_FILE} AS row FROM (` +
    `SELECT (${INT64_MAX} - (newest & ${TWO_64 - 1n}::HUGEINT))::BIGINT AS place FROM (` +
    `SELECT ${newest} AS newest ${rows} GROUP BY ${keys}))`
  );
};

const placesByOrder: Places = (rows, { eventTime, createdTime }, keys) => {
  const order = [
    `${eventTime.sql} DESC`,
    ...(createdTime === undefined ? [] : [`${createdTime.sql} DESC NULLS LAST`]),
    FILE_INDEX,
    FILE_ROW_NUMBER,
  ].join(', ');
  const newest =
    keys === ''
      ? `ORDER BY ${order} LIMIT 1`
      : `QUALIFY row_number() OVER (PARTITION BY ${keys} ORDER BY ${order}) = 1`;
  return `SELECT ${FILE_INDEX}::INTEGER AS file, ${FILE_ROW_NUMBER} AS row ${rows} ${newest}`;
};

function fetchQuery(
  from: string,
  binding: SourceBinding<TableColumn>,
  { inRange, order }: { readonly inRange: string; readonly order: 'key' | 'any' },
): string {
  const columns = [
    `${microseconds(binding.eventTime)}::DOUBLE`,
    binding.createdTime === undefined ? 'NULL::DOUBLE' : `${microseconds(binding.createdTime)}::DOUBLE`,
    ...[...binding.joinKeys, ...binding.features].map(({ column }) => column.sql),
  ].map((sql, index) => `${sql} AS c${index}`);
  const byKey = order === 'key' ? keyByteOrder(binding.joinKeys) : [];
  return (
    `SELECT ${columns.join(', ')} FROM ${from} AS source SEMI JOIN ${NEWEST} AS newest ` +
    `ON source.${FILE_INDEX}::INTEGER = newest.file AND source.${FILE_ROW_NUMBER} = newest.row WHERE ${inRange}` +
    (byKey.length === 0 ? '' : ` ORDER BY ${byKey.join(', ')}`)
  );
}

/** On the column itself, so that parts of files that lie outside of the range are not read. */
function rangeCondition(
  { sql, sourceType }: TableColumn,
  { startMicros, endMicros }: LatestRowsRange,
): string {
  const bound = (micros: number): string => {
    if (sourceType.kind !== 'timestamp') return `make_timestamp(${micros}::BIGINT)`;
    if (sourceType.unit === 'ns') return `make_timestamp_ns(${clamped(BigInt(micros) * 1000n)}::BIGINT)`;
    return `make_timestamp(${micros}::BIGINT)${sourceType.zoned ? '::TIMESTAMPTZ' : ''}`;
  };
  return `${sql} BETWEEN ${bound(startMicros)} AND ${bound(endMicros)}`;
}

function clamped(nanos: bigint): bigint {
  if (nanos <= INT64_MIN) return INT64_MIN + 1n;
  return nanos >= INT64_MAX ? INT64_MAX - 1n : nanos;
}

/** In the finest unit that the column has. */
function ticks(column: TableColumn): string {
  const { sql, sourceType } = column;
  return sourceType.kind === 'timestamp' && sourceType.unit === 'ns'
    ? `epoch_ns(${sql})`
    : microseconds(column);
}

/** Cut down, not toward zero. */
function microseconds({ sql, sourceType }: TableColumn): string {
  if (sourceType.kind === 'timestamp' && sourceType.unit === 'ns') {
    return `((epoch_ns(${sql}) - ((epoch_ns(${sql}) % 1000) + 1000) % 1000) // 1000)`;
  }
  return sourceType.kind === 'timestamp' ? `epoch_us(${sql})` : `epoch_us(${sql}::TIMESTAMP)`;
}
