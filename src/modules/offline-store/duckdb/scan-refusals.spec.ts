import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchesOf, field, fileSource, scanOf } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import type { DataSource } from '../../../common/model/data-source.js';
import type { LatestRowsScan } from '../offline-store.js';
import { DuckdbOfflineStore } from './duckdb-offline-store.js';

const folder = new ParquetFolder();
const store = new DuckdbOfflineStore(folder.path, {
  rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 2 }],
});

beforeAll(() =>
  folder.write(
    'keys.parquet',
    `SELECT * FROM (VALUES (7, 'a', TIMESTAMP '2026-01-01', 1.5)) AS t(drv, city, ts, "the ""value""")`,
  ),
);

afterAll(async () => {
  await store.close();
  folder.remove();
});

const at = (hour: number): string => `TIMESTAMPTZ '2026-01-01 ${String(hour).padStart(2, '0')}:00:00+00'`;
const VALUE = [field('value', 'STRING')];

async function failure(scan: LatestRowsScan): Promise<string> {
  return batchesOf(store, scan).then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe('what is wrong', () => {
  it('with columns is told all at once', async () => {
    const source = fileSource('keys.parquet', {
      timestampField: 'tz',
      fieldMapping: new Map([['missing', 'mapped']]),
    });
    const features = [field('mapped', 'STRING'), field('cit', 'STRING'), field('city', 'DOUBLE')];
    expect(
      (await failure(scanOf(source, features, { joinKeys: [field('drvv', 'INT64')] }))).split('\n'),
    ).toEqual([
      'InvalidRequestError: keys.parquet: the event timestamp tz: there is no such column; did you mean ts?',
      'keys.parquet: the join key drvv: there is no such column; did you mean drv?',
      'keys.parquet: the feature mapped (its field mapping names the column missing): there is no such column',
      'keys.parquet: the feature cit: there is no such column; did you mean city?',
      'keys.parquet: the feature city is declared DOUBLE, but its column holds text (VARCHAR): declare it STRING',
      'keys.parquet: its columns are drv, city, ts, the "value"',
    ]);
  });

  it('with a value is told with its row', async () => {
    await folder.write(
      'values.parquet',
      `SELECT i AS id, ${at(1)} AS event_timestamp, CASE WHEN i = 4321 THEN 3000000000 ELSE i END AS big,
        CASE WHEN i = 17 THEN 'many' ELSE i::VARCHAR END AS trips FROM range(5000) t(i)`,
    );
    const source = fileSource('values.parquet');
    expect(await failure(scanOf(source, [field('big', 'INT32')]))).toBe(
      'InvalidValueError: values.parquet: 3000000000 in the column big (BIGINT) of the row with id 4321 ' +
        'does not fit 32 bits: big is declared INT32',
    );
    expect(await failure(scanOf(source, [field('trips', 'INT64')]))).toBe(
      'InvalidValueError: values.parquet: "many" in the column trips (VARCHAR) of the row with id 17 ' +
        'is not an integer: trips is declared INT64',
    );
    const byTrips = scanOf(source, [], { joinKeys: [field('trips', 'INT64')] });
    expect(await failure(byTrips)).toMatch(
      /"many" in the column trips \(VARCHAR\) of the row with trips "many" is not an integer/,
    );
  });

  it('with a source that has no files', async () => {
    const none: Partial<DataSource> = { kind: 'PUSH_SOURCE', uri: undefined, name: 'stats_push' };
    expect(await failure(scanOf(fileSource('x', none), VALUE))).toMatch(
      /source stats_push has no batch source/,
    );
    const bigQuery: Partial<DataSource> = { kind: 'BATCH_BIGQUERY', uri: undefined, name: 'stats' };
    expect(await failure(scanOf(fileSource('x', bigQuery), VALUE))).toBe(
      'NotSupportedError: the source stats is of the kind BATCH_BIGQUERY: this version reads parquet files only',
    );
  });
});
