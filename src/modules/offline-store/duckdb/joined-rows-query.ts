import type { SourceBinding } from '../source-binding.js';
import type { JoinedKey, JoinedTable } from './joined-keys.js';
import { keyByteOrder } from './key-byte-order.js';
import { newestPlaces } from './newest-places.js';
import { FILE_INDEX, FILE_ROW_NUMBER, type TableColumn } from './source-table.js';
import { rangeCondition, type TimeRange } from './time-range.js';

const ENTITIES = 'joined_entities';
/** Names that no column of a source has. */
const MICROS = 'salver_micros';
const keyName = (at: number): string => `salver_key_${at}`;

export interface JoinPart extends JoinedTable {
  /** Units: microseconds; 0 is for ever. */
  readonly ttlMicros: number;
}

export interface JoinRange extends TimeRange {
  readonly startMicros: number;
  readonly order: 'key' | 'any';
}

export interface JoinedRowsQuery {
  /** Leave the newest row of each source, and then the entities with their instants, in tables of the connection. */
  readonly picks: readonly string[];
  readonly countEntities: string;
  /** The columns that `ChunkEncoder` takes: instant, no created time, join keys, features. */
  readonly fetch: string;
}

/**
 * The instant of an entity is that of the newest of its rows that are not after the end. So what was known then of a
 * source is its newest row that is not after the end: of each source these are found by keys and times alone, as for the
 * load of one view, and matched; then the rows themselves are read.
 */
export function joinedRowsQuery(
  parts: readonly JoinPart[],
  keys: readonly JoinedKey[],
  range: JoinRange,
): JoinedRowsQuery {
  return {
    picks: [...parts.map((part, at) => pickQuery(part, at, keys, range)), entitiesQuery(parts, keys, range)],
    countEntities: `SELECT count(*) FROM ${ENTITIES}`,
    fetch: fetchQuery(parts, keys, range),
  };
}

/** The places in `keys` of those that a source has. */
function keysOf(at: number, keys: readonly JoinedKey[]): number[] {
  return keys.flatMap(({ sql }, key) => (sql[at] === undefined ? [] : [key]));
}

/** From so long before the range on that its rows may count at the start. */
function reach({ ttlMicros }: JoinPart, { startMicros, endMicros }: JoinRange): TimeRange {
  return { startMicros: ttlMicros === 0 ? undefined : startMicros - ttlMicros, endMicros };
}

// oxlint-disable-next-line max-params -- a part, its place, and what it is a part of
function pickQuery(part: JoinPart, at: number, keys: readonly JoinedKey[], range: JoinRange): string {
  const own = keysOf(at, keys);
  const rows = {
    from: part.table.from,
    condition: rangeCondition(part.binding.eventTime, reach(part, range)),
    keys: own.map((key) => keys[key]!.sql[at]!),
    keep: { keys: own.map(keyName), time: MICROS },
  };
  return `CREATE OR REPLACE TEMP TABLE ${newestOf(at)} AS ${newestPlaces(rows, part.binding)}`;
}

function newestOf(at: number): string {
  return `joined_newest_${at}`;
}

function entitiesQuery(
  parts: readonly JoinPart[],
  keys: readonly JoinedKey[],
  { startMicros }: JoinRange,
): string {
  const names = keys.map((_, key) => keyName(key));
  const places = parts.map((_, at) => at);
  const isWhole = (at: number): boolean => keysOf(at, keys).length === keys.length;
  const rows = places
    .filter(isWhole)
    .map(
      (at) =>
        `SELECT ${[...names, MICROS].join(', ')} FROM ${newestOf(at)} WHERE ${MICROS} >= ${startMicros}`,
    )
    .join(' UNION ALL ');
  const grouped = names.length === 0 ? 'HAVING count(*) > 0' : `GROUP BY ${names.join(', ')}`;
  const entities = `SELECT ${[...names, `max(${MICROS}) AS ${MICROS}`].join(', ')} FROM (${rows}) ${grouped}`;
  const others = places.filter((at) => !isWhole(at));
  const instants = [`entity.${MICROS}`, ...others.map((at) => `${newestOf(at)}.${MICROS}`)].join(', ');
  return (
    `CREATE OR REPLACE TEMP TABLE ${ENTITIES} AS ` +
    `SELECT ${[...names.map((name) => `entity.${name}`), `greatest(${instants}) AS ${MICROS}`].join(', ')} ` +
    `FROM (${entities}) AS entity` +
    others.map((at) => ` LEFT JOIN ${newestOf(at)} ON ${matched(newestOf(at), at, keys)}`).join('')
  );
}

function matched(table: string, at: number, keys: readonly JoinedKey[]): string {
  const equal = keysOf(at, keys).map((key) => `${table}.${keyName(key)} = entity.${keyName(key)}`);
  return equal.length === 0 ? 'true' : equal.join(' AND ');
}

function fetchQuery(parts: readonly JoinPart[], keys: readonly JoinedKey[], range: JoinRange): string {
  const columns = [
    `entity.${MICROS}::DOUBLE`,
    'NULL::DOUBLE',
    ...keys.map((_, key) => `entity.${keyName(key)}`),
    ...parts.flatMap(({ binding }, at) =>
      binding.features.map((_, feature) => `part_${at}.${featureName(feature)}`),
    ),
  ].map((sql, index) => `${sql} AS c${index}`);
  const joins = parts.map((part, at) => {
    const counts =
      part.ttlMicros === 0 ? '' : ` AND part_${at}.${MICROS} >= entity.${MICROS} - ${part.ttlMicros}`;
    return ` LEFT JOIN (${rowsOf(part, at, range)}) AS part_${at} ON ${matched(`part_${at}`, at, keys)}${counts}`;
  });
  const byKey = range.order === 'key' ? keyByteOrder(joinedKeyFields(keys, 'entity.')) : [];
  return (
    `SELECT ${columns.join(', ')} FROM ${ENTITIES} AS entity${joins.join('')}` +
    (byKey.length === 0 ? '' : ` ORDER BY ${byKey.join(', ')}`)
  );
}

const featureName = (feature: number): string => `salver_feature_${feature}`;

/** The newest rows of a source, with their keys and times. */
function rowsOf(part: JoinPart, at: number, range: JoinRange): string {
  const { table, binding } = part;
  const features = binding.features.map(({ column }, feature) => `${column.sql} AS ${featureName(feature)}`);
  const place = [`${FILE_INDEX}::INTEGER AS salver_file`, `${FILE_ROW_NUMBER} AS salver_row`];
  const condition = rangeCondition(binding.eventTime, reach(part, range));
  return (
    `SELECT newest.*, source.* FROM ` +
    `(SELECT ${[...place, ...features].join(', ')} FROM ${table.from} WHERE ${condition}) AS source ` +
    `JOIN ${newestOf(at)} AS newest ON source.salver_file = newest.file AND source.salver_row = newest.row`
  );
}

/** The keys as columns of the query; `prefix` where they are looked up in it. */
export function joinedKeyFields(
  keys: readonly JoinedKey[],
  prefix = '',
): SourceBinding<TableColumn>['joinKeys'] {
  return keys.map(({ field, type }, key) => ({
    field,
    column: {
      ...type,
      name: field.name,
      sql: `${prefix}${keyName(key)}`,
      isPartition: false,
      valueType: undefined,
      isTimestamp: false,
    },
  }));
}
