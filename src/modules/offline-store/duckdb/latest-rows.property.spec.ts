import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { batchesOf, field, fileSource, scanOf } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { decodeEntityKey } from '../../../common/codec/entity-key.codec.js';
import { decodeValue } from '../../../common/codec/value.codec.js';
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
  readonly event: number | null;
  readonly created: number | null;
  readonly value: number | null;
}

const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  driver: fc.integer({ min: -2, max: 2 }),
  city: fc.constantFrom('', 'a', 'ą'),
  event: fc.option(fc.integer({ min: -3, max: 6 }), { freq: 8 }),
  created: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 3 }),
  value: fc.option(fc.oneof(fc.integer(), fc.double({ noNaN: true })), { freq: 4 }),
});

/** By files, so that rows lie in several. */
const tableArbitrary = fc.array(fc.array(rowArbitrary, { minLength: 1, maxLength: 30 }), {
  minLength: 1,
  maxLength: 3,
});

function naiveLatest(
  rows: readonly Row[],
  start: number,
  end: number,
  hasCreated: boolean,
): ReadonlyMap<string, Row> {
  const newest = new Map<string, Row>();
  for (const row of rows) {
    if (row.event === null || row.event < start || row.event > end) continue;
    const key = `${JSON.stringify(row.city)},${row.driver}`;
    const known = newest.get(key);
    if (known === undefined || isNewer(row, known, hasCreated)) newest.set(key, row);
  }
  return newest;
}

function isNewer(row: Row, known: Row, hasCreated: boolean): boolean {
  if (row.event !== known.event || !hasCreated) return row.event! > known.event!;
  return (row.created ?? -Infinity) > (known.created ?? -Infinity);
}

function literal(row: Row): string {
  const time = (micros: number | null): string =>
    micros === null ? 'NULL::TIMESTAMP' : `make_timestamp(${micros}::BIGINT)`;
  // Unlike `String`, this keeps the sign of a zero.
  const value =
    row.value === null ? 'NULL::DOUBLE' : `'${Object.is(row.value, -0) ? '-0' : row.value}'::DOUBLE`;
  return `(${row.driver}::INTEGER, '${row.city}', ${time(row.event)}, ${time(row.created)}, ${value})`;
}

let table = 0;

it('finds the rows that a plain loop finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      tableArbitrary,
      fc.integer({ min: -3, max: 6 }),
      fc.integer({ min: -3, max: 6 }),
      fc.boolean(),
      async (parts, start, end, hasCreated) => {
        const uri = `table-${table++}`;
        for (const [index, rows] of parts.entries()) {
          await folder.write(
            `${uri}/part-${index}.parquet`,
            `SELECT * FROM (VALUES ${rows.map(literal).join(', ')}) AS t(driver, city, event, created, value)`,
          );
        }
        const source = fileSource(uri, {
          timestampField: 'event',
          createdTimestampColumn: hasCreated ? 'created' : '',
        });
        const scan = scanOf(source, [field('value', 'DOUBLE')], {
          joinKeys: [field('driver', 'INT64'), field('city', 'STRING')],
          startMicros: start,
          endMicros: end,
          batchRows: 7,
        });
        const found = (await batchesOf(store, scan)).flatMap(
          ({ keys, values, eventTimesMicros, createdTimesMicros }) =>
            keys.map((key, row): [string, unknown] => [
              decodeEntityKey(key)
                .values.map((value) => JSON.stringify(value!.value))
                .join(','),
              [
                eventTimesMicros[row],
                createdTimesMicros?.[row] ?? null,
                decodeValue(values[0]!.at(row)!)?.value ?? null,
              ],
            ]),
        );
        const expected = naiveLatest(parts.flat(), start, end, hasCreated);
        expect(found).toHaveLength(expected.size);
        expect(new Map(found)).toEqual(
          new Map(
            [...expected].map(([key, row]) => [key, [row.event, hasCreated ? row.created : null, row.value]]),
          ),
        );
      },
    ),
    { numRuns: 60 },
  );
});
