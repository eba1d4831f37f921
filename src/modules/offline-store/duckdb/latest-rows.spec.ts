import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparableValue } from '../../../../test/support/comparable-value.js';
import { batchesOf, field, fileSource, scanOf } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { compileEntityKey, decodeEntityKey } from '../../../common/codec/entity-key.codec.js';
import { DUMMY_JOIN_KEY } from '../../../common/model/entity.js';
import type { FeatureValue } from '../../../common/model/value.js';
import type { LatestRowsScan, ScanStatistics } from '../offline-store.js';
import { DuckdbOfflineStore } from './duckdb-offline-store.js';

const folder = new ParquetFolder();
const store = new DuckdbOfflineStore(folder.path, {
  rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 2 }],
});

afterAll(async () => {
  await store.close();
  folder.remove();
});

const DAY_1 = Date.UTC(2026, 0, 1) * 1000;
const HOUR = 3_600_000_000;

function keyText(value: FeatureValue): string {
  return value === null ? 'null' : (value.value as string | number).toString();
}

/** `key -> value` of each row, by key, with the type number of the value cut off. */
async function rowsOf(scan: LatestRowsScan): Promise<string[]> {
  const batches = await batchesOf(store, scan);
  return batches
    .flatMap(({ keys, values }) =>
      keys.map((key, row) => {
        const shown = values.map((cells) => comparableValue(cells.at(row)!).replace(/^\d+:/, '')).join(' ');
        const decoded = decodeEntityKey(key).values.map((value) => keyText(value));
        return `${decoded.join(',')} -> ${shown}`;
      }),
    )
    .sort();
}

async function failure(scan: LatestRowsScan): Promise<string> {
  return batchesOf(store, scan).then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

const at = (hour: number): string => `TIMESTAMPTZ '2026-01-01 ${String(hour).padStart(2, '0')}:00:00+00'`;
const VALUE = [field('value', 'STRING')];

describe('the newest row of each entity', () => {
  const source = fileSource('newest.parquet', { createdTimestampColumn: 'created' });
  beforeAll(() =>
    folder.write(
      'newest.parquet',
      `SELECT * FROM (VALUES
        (1, ${at(1)}, ${at(1)}, 'old'), (1, ${at(3)}, ${at(1)}, 'new'), (1, ${at(2)}, ${at(9)}, 'between'),
        (2, ${at(3)}, ${at(5)}, 'created later'), (2, ${at(3)}, ${at(4)}, 'created earlier'),
        (3, ${at(3)}, NULL, 'not created'), (3, ${at(3)}, ${at(1)}, 'created'),
        (4, ${at(3)}, ${at(1)}, 'first of two'), (4, ${at(3)}, ${at(1)}, 'second of two'),
        (5, ${at(1)}, ${at(1)}, 'value'), (5, ${at(2)}, ${at(1)}, NULL),
        (6, NULL, ${at(1)}, 'without a time'), (NULL, NULL, ${at(1)}, 'without anything')
      ) AS t(id, event_timestamp, created, value)`,
    ),
  );

  it('is the one with the newest event time, then created time, then the first', async () => {
    expect(await rowsOf(scanOf(source, VALUE))).toEqual([
      '1 -> "new"',
      '2 -> "created later"',
      '3 -> "created"',
      '4 -> "first of two"',
      '5 -> null',
    ]);
  });

  it('is the newest of the range, whose ends belong to it', async () => {
    const range = { startMicros: DAY_1 + HOUR, endMicros: DAY_1 + 2 * HOUR };
    expect(await rowsOf(scanOf(source, VALUE, range))).toEqual(['1 -> "between"', '5 -> null']);
    const second = { startMicros: DAY_1 + 2 * HOUR + 1, endMicros: DAY_1 + 3 * HOUR - 1 };
    expect(await rowsOf(scanOf(source, VALUE, second))).toEqual([]);
  });

  it('comes with its times, and with the number of rows before', async () => {
    const statistics: ScanStatistics[] = [];
    const scan = scanOf(source, VALUE);
    const times: unknown[] = [];
    for await (const batch of store.latestRows(scan, new AbortController().signal, (met) =>
      statistics.push(met),
    )) {
      batch.keys.forEach((key, row) => {
        const id = decodeEntityKey(key).values[0]!.value;
        times.push([id, batch.eventTimesMicros[row], batch.createdTimesMicros![row]]);
      });
    }
    expect(statistics).toEqual([{ rowsRead: 11, rowsToStore: 5 }]);
    expect(times).toContainEqual([2, DAY_1 + 3 * HOUR, DAY_1 + 5 * HOUR]);
    expect(times).toHaveLength(5);
  });

  it('has an undefined created time where the source has null, and none without such a column', async () => {
    const range = { startMicros: DAY_1 + 3 * HOUR, endMicros: DAY_1 + 3 * HOUR };
    await folder.write(
      'created-null.parquet',
      `SELECT 1 AS id, ${at(3)} AS event_timestamp, NULL::TIMESTAMPTZ AS created, 'x' AS value`,
    );
    const created = fileSource('created-null.parquet', { createdTimestampColumn: 'created' });
    expect((await batchesOf(store, scanOf(created, VALUE, range)))[0]!.createdTimesMicros).toEqual([
      undefined,
    ]);
    const plain = fileSource('created-null.parquet');
    expect((await batchesOf(store, scanOf(plain, VALUE, range)))[0]!.createdTimesMicros).toBeUndefined();
  });
});

describe('columns of timestamps', () => {
  const MOMENT = '2026-01-01 10:00:00';
  it.each([
    ['TIMESTAMP', `TIMESTAMP '${MOMENT}.123456'`, DAY_1 + 10 * HOUR + 123_456],
    ['TIMESTAMP_S', `TIMESTAMP_S '${MOMENT}'`, DAY_1 + 10 * HOUR],
    ['TIMESTAMP_MS', `TIMESTAMP_MS '${MOMENT}.123'`, DAY_1 + 10 * HOUR + 123_000],
    ['TIMESTAMP_NS', `TIMESTAMP_NS '${MOMENT}.123456789'`, DAY_1 + 10 * HOUR + 123_456],
    ['TIMESTAMPTZ', `TIMESTAMPTZ '${MOMENT}+02:00'`, DAY_1 + 8 * HOUR],
    ['DATE', "DATE '2026-01-01'", DAY_1],
    ['before 1970', "TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", -1],
  ])('%s', async (name, sql, micros) => {
    const file = `time-${name}.parquet`;
    await folder.write(file, `SELECT 1 AS id, ${sql} AS event_timestamp, 'x' AS value`);
    const scan = (startMicros: number, endMicros: number) =>
      scanOf(fileSource(file), VALUE, { startMicros, endMicros });
    const [batch] = await batchesOf(store, scan(micros - HOUR, micros + HOUR));
    expect(batch!.eventTimesMicros).toEqual([micros]);
    expect(await rowsOf(scan(micros - HOUR, micros - 1))).toEqual([]);
    expect(await rowsOf(scan(micros + 1, micros + HOUR))).toEqual([]);
  });

  it.each([
    ["'2026-01-01'", 'text (VARCHAR)'],
    ['1767225600::BIGINT', '64-bit integers (BIGINT)'],
  ])('%s is refused', async (sql, what) => {
    await folder.write('no-time.parquet', `SELECT 1 AS id, ${sql} AS event_timestamp, 'x' AS value`);
    expect(await failure(scanOf(fileSource('no-time.parquet'), VALUE))).toBe(
      `InvalidRequestError: no-time.parquet: the event timestamp event_timestamp must be a column of timestamps, but holds ${what}: ` +
        'convert it where the file is written',
    );
  });

  it('beyond what can be stored are told', async () => {
    await folder.write(
      'far.parquet',
      `SELECT 7 AS id, TIMESTAMP '9999-01-01' AS event_timestamp, 'x' AS value`,
    );
    const scan = scanOf(fileSource('far.parquet'), VALUE, { endMicros: 253_402_300_799_000_000 });
    expect(await failure(scan)).toMatch(
      /far.parquet: the event time of the row with id 7 is too far from today/,
    );
  });
});

describe('names and keys', () => {
  beforeAll(() =>
    folder.write(
      'keys.parquet',
      `SELECT * FROM (VALUES (7, 'a', ${at(1)}, 1.5), (7, 'b', ${at(1)}, 2.5), (8, 'a', ${at(1)}, 3.5)
       ) AS t(drv, city, ts, "the ""value""")`,
    ),
  );

  it('are those of the field mapping', async () => {
    const fieldMapping = new Map([
      ['drv', 'driver_id'],
      ['ts', 'event_timestamp'],
      ['the "value"', 'value'],
    ]);
    const source = fileSource('keys.parquet', { fieldMapping });
    const joinKeys = [field('driver_id', 'INT64'), field('city', 'STRING')];
    expect(await rowsOf(scanOf(source, [field('value', 'DOUBLE')], { joinKeys }))).toEqual([
      // Join keys follow each other by name.
      'a,7 -> 1.5',
      'a,8 -> 3.5',
      'b,7 -> 2.5',
    ]);
  });

  it('are one key for a view without entities, of the newest row', async () => {
    const source = fileSource('newest.parquet', { createdTimestampColumn: 'created' });
    for (const joinKeys of [[], [field(DUMMY_JOIN_KEY, 'STRING')]]) {
      const [batch, ...others] = await batchesOf(store, scanOf(source, VALUE, { joinKeys }));
      expect(others).toEqual([]);
      expect(batch!.keys.map((key) => Buffer.from(key).toString('hex'))).toEqual([
        '0100000002000000' + '0a000000' + Buffer.from(DUMMY_JOIN_KEY).toString('hex') + '0200000000000000',
      ]);
      expect(comparableValue(batch!.values[0]!.at(0)!)).toBe('2:"created later"');
    }
  });

  it.each([
    ['INT32', (i: number) => i * 40 - 2000],
    ['INT64', (i: number) => i * 7919 - 20_000],
    ['STRING', (i: number) => 'k'.repeat(i % 7) + i],
    ['UNIX_TIMESTAMP', (i: number) => i * 1000],
  ] as const)('of the type %s come in the order of their bytes', async (type, make) => {
    const literals = Array.from({ length: 3000 }, (_, i) =>
      type === 'STRING' ? `'${make(i)}'` : String(make(i)),
    );
    const sqlType = type === 'STRING' ? 'VARCHAR' : 'BIGINT';
    await folder.write(
      `order-${type}.parquet`,
      `SELECT unnest([${literals.join(', ')}])::${sqlType} AS id, ${at(1)} AS event_timestamp, 'x' AS value`,
    );
    const joinKeys = [field('id', type)];
    const scan = scanOf(fileSource(`order-${type}.parquet`), VALUE, { joinKeys, batchRows: 700 });
    const batches = await batchesOf(store, scan);
    expect(batches.map(({ keys }) => keys.length)).toEqual([700, 700, 700, 700, 200]);
    const keys = batches.flatMap((batch) => batch.keys);
    expect(keys).toEqual([...keys].sort((a, b) => Buffer.compare(a, b)));
    const expected = compileEntityKey(['id'], 3).encode(
      [{ type: joinKeys[0]!.valueType, values: Array.from({ length: 3000 }, (_, i) => make(i)) }],
      Array.from({ length: 3000 }, (_, i) => i),
    );
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex')))).toEqual(
      new Set(expected.map((key) => Buffer.from(key).toString('hex'))),
    );
    const anyOrder = await batchesOf(store, { ...scan, order: 'any' });
    expect(anyOrder.flatMap((batch) => batch.keys)).toHaveLength(3000);
  });

  it('are encoded in the version of the repo', async () => {
    const joinKeys = [field('city', 'STRING')];
    const source = fileSource('keys.parquet', { timestampField: 'ts' });
    const scan = scanOf(source, [], { joinKeys, entityKeySerializationVersion: 2 });
    const [batch] = await batchesOf(store, scan);
    expect(Buffer.from(batch!.keys[0]!).toString('hex')).toBe(
      '02000000' + Buffer.from('city').toString('hex') + '02000000' + '01000000' + '61',
    );
  });

  it('that are null are told, with how many and where', async () => {
    await folder.write(
      'null-key.parquet',
      `SELECT * FROM (VALUES (1, ${at(1)}, 'x'), (NULL, ${at(2)}, 'x'), (NULL, ${at(3)}, 'x'), (NULL, NULL, 'x')) AS t(id, event_timestamp, value)`,
    );
    const source = fileSource('null-key.parquet');
    expect(await failure(scanOf(source, VALUE))).toBe(
      'InvalidValueError: null-key.parquet: 2 of 3 rows in the range have no id, which is a join key; ' +
        'the first one has the event time 2026-01-01 02:00:00+00',
    );
    const before = { endMicros: DAY_1 + HOUR };
    expect(await rowsOf(scanOf(source, VALUE, before))).toEqual(['1 -> "x"']);
  });

  it('of a type that cannot be a key are refused', async () => {
    const scan = scanOf(fileSource('newest.parquet'), VALUE, { joinKeys: [field('id', 'DOUBLE')] });
    expect(await failure(scan)).toBe(
      'InvalidRequestError: newest.parquet: the join key id is declared DOUBLE, but its column could only be a key as one of ' +
        'INT32, INT64, STRING, BYTES, UNIX_TIMESTAMP',
    );
  });
});

it('a push source is read from its batch source, with what that says', async () => {
  const batchSource = fileSource('newest.parquet', { createdTimestampColumn: 'created' });
  const push = fileSource('', { kind: 'PUSH_SOURCE', uri: undefined, timestampField: '', batchSource });
  expect(await rowsOf(scanOf(push, VALUE))).toHaveLength(5);
  expect((await store.columns(push)).map(({ name }) => name)).toEqual([
    'id',
    'event_timestamp',
    'created',
    'value',
  ]);
});
