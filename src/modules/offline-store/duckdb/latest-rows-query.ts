import type { SourceBinding } from '../source-binding.js';
import { keyByteOrder } from './key-byte-order.js';
import { microseconds, newestPlaces } from './newest-places.js';
import { FILE_INDEX, FILE_ROW_NUMBER, type TableColumn } from './source-table.js';
import { rangeCondition } from './time-range.js';

const NEWEST = 'newest_rows';

export interface LatestRowsQuery {
  /** Leaves the places of the newest rows in a table of the connection. */
  readonly pick: string;
  readonly countPicked: string;
  /**
   * The columns of `rowColumns` of the newest rows: event time and created time in microseconds as doubles, join keys,
   * features.
   */
  readonly fetch: string;
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
  const inRange = rangeCondition(binding.eventTime, range);
  return {
    pick: pickQuery(from, binding, inRange),
    countPicked: `SELECT count(*) FROM ${NEWEST}`,
    fetch: fetchQuery(from, binding, { inRange, order: range.order }),
  };
}

function pickQuery(from: string, binding: SourceBinding<TableColumn>, inRange: string): string {
  const rows = { from, condition: inRange, keys: binding.joinKeys.map(({ column }) => column.sql) };
  return `CREATE OR REPLACE TEMP TABLE ${NEWEST} AS ${newestPlaces(rows, binding)}`;
}

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
