import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { field, fileSource } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { decodeEntityKey } from '../../../common/codec/entity-key.codec.js';
import { decodeValue } from '../../../common/codec/value.codec.js';
import type { JoinedRowsScan, JoinedSource } from '../offline-store.js';
import { DuckdbOfflineStore } from './duckdb-offline-store.js';

const folder = new ParquetFolder();
const store = new DuckdbOfflineStore(folder.path, {
  rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 2 }],
});

afterAll(async () => {
  await store.close();
  folder.remove();
});

interface Row {
  readonly driver: number;
  readonly city: string;
  /** Microseconds. */
  readonly event: number | null;
  readonly created: number | null;
  readonly value: number | null;
}

interface Source {
  readonly keys: readonly ('driver' | 'city')[];
  /** Milliseconds, as views have it. */
  readonly ttlMs: number;
  readonly hasCreated: boolean;
  readonly rows: readonly Row[];
}

const MS = 1000;
/** Times in steps of a millisecond and a half, so that ages meet their limits and miss them. */
const time = (max: number) => fc.integer({ min: -3, max }).map((step) => step * 1.5 * MS);

const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  driver: fc.integer({ min: 1, max: 3 }),
  city: fc.constantFrom('a', 'ą'),
  event: fc.option(time(8), { freq: 9 }),
  created: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 3 }),
  value: fc.option(fc.integer(), { freq: 5 }),
});

const sourceArbitrary = (keys: Source['keys']): fc.Arbitrary<Source> =>
  fc.record({
    keys: fc.constant(keys),
    ttlMs: fc.constantFrom(0, 0, 1.5, 3, 6),
    hasCreated: fc.boolean(),
    rows: fc.array(rowArbitrary, { minLength: 1, maxLength: 25 }),
  });

const BOTH = ['driver', 'city'] as const;
const joinArbitrary = fc.tuple(
  sourceArbitrary(BOTH),
  sourceArbitrary(BOTH),
  sourceArbitrary(['driver']),
  sourceArbitrary([]),
);

const isOf = (row: Row, keys: Source['keys'], entity: Row): boolean =>
  keys.every((key) => row[key] === entity[key]);

function isNewer(row: Row, known: Row, hasCreated: boolean): boolean {
  if (row.event !== known.event || !hasCreated) return row.event! > known.event!;
  return (row.created ?? -Infinity) > (known.created ?? -Infinity);
}

/** What was known at an instant, by looking at every row. */
function knownAt({ keys, rows, ttlMs, hasCreated }: Source, entity: Row, instant: number): number | null {
  const oldest = ttlMs === 0 ? -Infinity : instant - ttlMs * MS;
  const counts = ({ event }: Row): boolean => event !== null && event <= instant && event >= oldest;
  let newest: Row | undefined;
  for (const row of rows.filter((one) => counts(one) && isOf(one, keys, entity))) {
    if (newest === undefined || isNewer(row, newest, hasCreated)) newest = row;
  }
  return newest?.value ?? null;
}

function naiveJoin(sources: readonly Source[], start: number, end: number): ReadonlyMap<string, unknown> {
  const inRange = ({ event }: Row): boolean => event !== null && event >= start && event <= end;
  const entities = sources
    .filter(({ keys }) => keys.length === BOTH.length)
    .flatMap(({ rows }) => rows.filter(inRange));
  return new Map(
    entities.map((entity) => {
      const times = sources.flatMap(({ keys, rows }) =>
        rows.filter((row) => inRange(row) && isOf(row, keys, entity)).map(({ event }) => event!),
      );
      const instant = Math.max(...times);
      const values = sources.map((source) => knownAt(source, entity, instant));
      return [`${entity.driver},${entity.city}`, [instant, ...values]];
    }),
  );
}

function literal(row: Row): string {
  const micros = (value: number | null): string =>
    value === null ? 'NULL::TIMESTAMP' : `make_timestamp(${value}::BIGINT)`;
  const value = row.value === null ? 'NULL::BIGINT' : `${row.value}::BIGINT`;
  return `(${row.driver}::INTEGER, '${row.city}', ${micros(row.event)}, ${micros(row.created)}, ${value})`;
}

let table = 0;

async function written({ keys, ttlMs, hasCreated, rows }: Source): Promise<JoinedSource> {
  const uri = `source-${table++}.parquet`;
  await folder.write(
    uri,
    `SELECT * FROM (VALUES ${rows.map(literal).join(', ')}) AS t(driver, city, event, created, value)`,
  );
  return {
    source: fileSource(uri, {
      timestampField: 'event',
      createdTimestampColumn: hasCreated ? 'created' : '',
    }),
    joinKeys: KEYS.filter(({ name }) => keys.includes(name as (typeof BOTH)[number])),
    keyNames: new Map(),
    features: [field('value', 'INT64')],
    ttlMs,
  };
}

const KEYS = [field('driver', 'INT64'), field('city', 'STRING')];

it('knows of every source what a look at each of its rows knows', async () => {
  await fc.assert(
    fc.asyncProperty(joinArbitrary, time(8), time(8), async (sources, start, end) => {
      const scan: JoinedRowsScan = {
        joinKeys: KEYS,
        sources: await Promise.all(sources.map(written)),
        entityKeySerializationVersion: 3,
        startMicros: start,
        endMicros: end,
        batchRows: 4,
      };
      const found: [string, unknown][] = [];
      for await (const { keys, values, eventTimesMicros } of store.joinedRows(
        scan,
        new AbortController().signal,
      )) {
        for (const [row, key] of keys.entries()) {
          const { joinKeys, values: parts } = decodeEntityKey(key);
          const of = (name: string): unknown => parts[joinKeys.indexOf(name)]?.value;
          const cells = values.map((column) => decodeValue(column.at(row)!)?.value ?? null);
          found.push([`${String(of('driver'))},${String(of('city'))}`, [eventTimesMicros[row], ...cells]]);
        }
      }
      const expected = naiveJoin(sources, start, end);
      expect(found).toHaveLength(expected.size);
      expect(new Map(found)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
