import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqliteWriterOfTest } from '../../../../test/support/sqlite-writers.js';
import { driverKey, int64Value } from '../../../../test/support/stored-rows.js';
import { SECOND, soon, T1, tripBatch } from '../../../../test/support/trip-rows.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import { SqliteOnlineStoreWriter } from './sqlite-online-store-writer.js';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-write-rules-'));
  path = join(folder, 'online.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

interface StoredCell {
  readonly feature: string;
  readonly value: string;
  readonly seconds: unknown;
}

/** The rows of one key. */
function stored(driver = 1001): StoredCell[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database
    .prepare(
      'SELECT feature_name AS feature, hex(value) AS value, event_ts AS seconds FROM peer_stats ' +
        'WHERE entity_key = ? ORDER BY feature_name',
    )
    .all(driverKey(driver));
  database.close();
  return rows.map((row) => ({ ...row })) as unknown as StoredCell[];
}

const hex = (value: number): string => Buffer.from(int64Value(value)).toString('hex').toUpperCase();

/** One row of driver 1001: these features, all with one value. */
const rowBatch = (features: readonly string[], value: number, micros: number): WriteBatch =>
  tripBatch([{ trips: value, micros }], { features, values: features.map(() => [int64Value(value)]) });

const WRITTEN: WriteOutcome = { written: 1, skipped: 0 };
const SKIPPED: WriteOutcome = { written: 0, skipped: 1 };

describe('the resolution', () => {
  it('is a second for what is stored, cut toward zero', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(rowBatch(['a'], 1, T1 + 900_000), soon());
    expect(await writer.write(rowBatch(['a'], 2, T1 + 100_000), soon())).toEqual(WRITTEN);
    expect(await writer.write(rowBatch(['a'], 3, T1 - 1), soon())).toEqual(SKIPPED);
    expect(stored()).toEqual([{ feature: 'a', value: hex(2), seconds: T1 / SECOND }]);
  });

  it('is a microsecond within a batch', async () => {
    const rows = [T1 + 1, T1 + 3, T1 + 2].map((micros, index) => ({ trips: index + 1, micros }));
    const outcome = await sqliteWriterOfTest(path).write(tripBatch(rows), soon());
    expect(outcome).toEqual({ written: 2, skipped: 1 });
    expect(stored()[0]?.value).toBe(hex(2));
  });
});

describe('features with different times', () => {
  it('count with the newest of those that are written', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(rowBatch(['a'], 1, T1 + 5 * SECOND), soon());
    await writer.write(rowBatch(['b'], 2, T1 + 3 * SECOND), soon());
    const before = stored();
    // Older than one of them, newer than the other, and with a feature that is not there yet.
    expect(await writer.write(rowBatch(['a', 'b'], 9, T1 + 4 * SECOND), soon())).toEqual(SKIPPED);
    expect(await writer.write(rowBatch(['b', 'a', 'c'], 9, T1 + 4 * SECOND), soon())).toEqual(SKIPPED);
    expect(stored()).toEqual(before);
    expect(await writer.write(rowBatch(['b', 'a', 'c'], 9, T1 + 5 * SECOND), soon())).toEqual(WRITTEN);
    expect(stored().map(({ value, seconds }) => [value, seconds])).toEqual(
      Array.from({ length: 3 }, () => [hex(9), T1 / SECOND + 5]),
    );
  });

  it('that the view has lost count for nothing, and stay', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(rowBatch(['lost'], 1, T1 + 5 * SECOND), soon());
    expect(await writer.write(rowBatch(['a'], 2, T1), soon())).toEqual(WRITTEN);
    expect(stored().map(({ feature, value }) => [feature, value])).toEqual([
      ['a', hex(2)],
      ['lost', hex(1)],
    ]);
  });

  it('in one key of many keep only this key from being written', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(rowBatch(['b'], 1, T1 + 5 * SECOND), soon());
    const drivers = Array.from({ length: 300 }, (_, index) => 900 + index);
    const values = drivers.map((driver) => int64Value(driver));
    const batch = {
      ...tripBatch(drivers.map((driver) => ({ trips: driver, micros: T1, driver }))),
      features: ['a', 'b'],
      values: [values, values],
    };
    expect(await writer.write(batch, soon())).toEqual({ written: 299, skipped: 1 });
    expect(stored(1001)).toEqual([{ feature: 'b', value: hex(1), seconds: T1 / SECOND + 5 }]);
    expect(stored(1000).map(({ value }) => value)).toEqual([hex(1000), hex(1000)]);
    expect(stored(1199).map(({ value }) => value)).toEqual([hex(1199), hex(1199)]);
  });
});

describe('an event time that nobody can read', () => {
  it.each(["'2026-03-01 10:00:00'", 'NULL', '1.5', "x'01'"])('(%s) keeps nothing out', async (time) => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(rowBatch(['a', 'b'], 1, T1), soon());
    const database = new DatabaseSync(path);
    database.exec(`UPDATE peer_stats SET event_ts = ${time} WHERE feature_name = 'a'`);
    database.close();
    expect(await writer.write(rowBatch(['a', 'b'], 3, T1 - SECOND), soon())).toEqual(SKIPPED);
    expect(await writer.write(rowBatch(['a', 'b'], 2, T1), soon())).toEqual(WRITTEN);
    expect(stored().map(({ seconds }) => seconds)).toEqual([T1 / SECOND, T1 / SECOND]);
  });
});

/** The rules, one row after the other. */
class Model {
  private readonly rows = new Map<number, { seconds: number; value: number }>();

  get(driver: number): { seconds: number; value: number } | undefined {
    return this.rows.get(driver);
  }

  write(rows: readonly Row[], policy: WriteBatch['policy']): WriteOutcome {
    const newest = new Map<number, number>();
    let written = 0;
    const before = new Map([...this.rows].map(([driver, { seconds }]) => [driver, seconds]));
    for (const { driver, micros, value } of rows) {
      const seconds = Math.trunc(micros / SECOND) + 0;
      const isOlder =
        seconds < (before.get(driver) ?? -Infinity) || micros < (newest.get(driver) ?? -Infinity);
      if (policy === 'newest' && isOlder) continue;
      newest.set(driver, micros);
      this.rows.set(driver, { seconds, value });
      written++;
    }
    return { written, skipped: rows.length - written };
  }
}

interface Row {
  readonly driver: number;
  readonly micros: number;
  readonly value: number;
}

const micros = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map((half) => half * 500_000),
  fc.integer({ min: -4, max: 4 }).map((half) => T1 + half * 500_000),
  fc.constantFrom(-62_135_596_800 * SECOND, 253_402_300_799 * SECOND, 2 ** 32 * SECOND),
);
const row = fc.record({
  driver: fc.integer({ min: 0, max: 2 }),
  micros,
  value: fc.integer({ min: 0, max: 300 }),
});
const batch = fc.record({
  rows: fc.array(row, { maxLength: 8 }),
  policy: fc.constantFrom('newest' as const, 'newest' as const, 'last' as const),
});

describe('batches', () => {
  it('leave what the rules say, and are counted as they say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 5 }), async (batches) => {
        rmSync(path, { force: true });
        const writer = new SqliteOnlineStoreWriter({
          path,
          journalMode: 'keep',
          vectorEnabled: false,
          enableOpenaiCompatibleStore: false,
        });
        const model = new Model();
        for (const { rows, policy } of batches) {
          const trips = rows.map(({ driver, micros: time, value }) => ({
            driver,
            micros: time,
            trips: value,
          }));
          const expected = model.write(rows, policy);
          expect(await writer.write(tripBatch(trips, { policy }), soon())).toEqual(expected);
        }
        await writer.close();
        for (const driver of batches.some(({ rows }) => rows.length > 0) ? [0, 1, 2] : []) {
          const expected = model.get(driver);
          expect(stored(driver)).toEqual(
            expected ? [{ feature: 'trips', value: hex(expected.value), seconds: expected.seconds }] : [],
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});
