import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteWriteFolder, tripRow, tripRows } from '../../../../test/support/sqlite-write-folder.js';
import { driverKey, errorOf, int64Value } from '../../../../test/support/stored-rows.js';
import { SECOND, soon, T1, tripBatch, tripsHex } from '../../../../test/support/trip-rows.js';
import { CorruptDataError, InvalidValueError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { WriteBatch } from '../../../common/model/write-batch.js';
import type { CommittedGroup } from './sqlite-group-commit.js';
import { SqliteOnlineStoreWriter } from './sqlite-online-store-writer.js';

let folder: SqliteWriteFolder;
let groups: CommittedGroup[];
let writer: SqliteOnlineStoreWriter;

beforeEach(async () => {
  folder = new SqliteWriteFolder();
  groups = [];
  writer = new SqliteOnlineStoreWriter(
    { path: folder.path, journalMode: 'keep', vectorEnabled: false, enableOpenaiCompatibleStore: false },
    (group) => groups.push(group),
  );
  // The file and its table are there.
  await writer.write(tripRow(0), soon());
  groups = [];
});
afterEach(async () => {
  await writer.close();
  await folder.remove();
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const keyHex = (driver: number): string => hex(driverKey(driver));
const sizes = (): number[] => groups.map(({ writes }) => writes);
const rowOf = (driver: number, trips = driver): WriteBatch =>
  tripBatch([{ driver, trips, micros: T1 + trips * SECOND }]);

function storedTrips(): Record<string, unknown>[] {
  const database = new DatabaseSync(folder.path);
  const rows = database
    .prepare(
      `SELECT hex(entity_key) AS key, hex(value) AS value FROM peer_stats WHERE feature_name = 'trips' ORDER BY event_ts`,
    )
    .all();
  database.close();
  return rows;
}

describe('writes that come together', () => {
  it('share transactions, and are all stored', async () => {
    const drivers = Array.from({ length: 50 }, (_, index) => index + 1);
    const outcomes = await Promise.all(drivers.map((driver) => writer.write(rowOf(driver), soon())));
    expect(outcomes).toEqual(drivers.map(() => ({ written: 1, skipped: 0 })));
    // The first did not wait for the others.
    expect(sizes()).toEqual([1, 49]);
    expect(storedTrips().slice(1)).toEqual(
      drivers.map((driver) => ({ key: keyHex(driver), value: tripsHex(driver).toUpperCase() })),
    );
  });

  it('count and win as if they came one after the other', async () => {
    const outcomes = await Promise.all([5, 3, 9, 9, 1].map((trips) => writer.write(rowOf(7, trips), soon())));
    expect(outcomes.map(({ written }) => written)).toEqual([1, 0, 1, 1, 0]);
    expect(storedTrips().at(-1)).toEqual({ key: keyHex(7), value: tripsHex(9).toUpperCase() });
  });

  it('do not suffer from one that fails', async () => {
    const database = new DatabaseSync(folder.path);
    database.exec('CREATE TABLE peer_strange (entity_key BLOB, what TEXT)');
    database.close();
    const bad = [
      tripBatch([{ trips: 1, micros: T1 }], { viewName: 'strange' }),
      tripBatch([{ trips: 1, micros: T1 }], { viewName: 'no\0name' }),
    ];
    const batches = [rowOf(1), rowOf(2), ...bad, rowOf(3)];
    const ends = await Promise.all(batches.map((batch) => errorOf(() => writer.write(batch, soon()))));
    expect(sizes()).toEqual([1, 4]);
    expect(ends.map((end) => end?.constructor)).toEqual([
      undefined,
      undefined,
      CorruptDataError,
      InvalidValueError,
      undefined,
    ]);
    expect(storedTrips()).toHaveLength(4);
  });

  it('do not suffer from one whose table was made for it and taken back', async () => {
    const vectors = folder.writer({ vectorEnabled: true });
    const vector = (length: number): Uint8Array[] => [floatListValue(length)];
    const batchOf = (driver: number, length: number): WriteBatch => ({
      ...rowOf(driver),
      viewName: 'fresh',
      values: [vector(length)],
      vectorLength: 3,
    });
    const ends = await Promise.all(
      [rowOf(1), batchOf(2, 5), batchOf(3, 3), batchOf(4, 2)].map((batch) =>
        errorOf(() => vectors.write(batch, soon())),
      ),
    );
    expect(ends.map((end) => end?.constructor)).toEqual([
      undefined,
      InvalidValueError,
      undefined,
      InvalidValueError,
    ]);
    const database = new DatabaseSync(folder.path);
    expect(database.prepare('SELECT hex(entity_key) AS key FROM peer_fresh').all()).toEqual([
      { key: keyHex(3) },
    ]);
    database.close();
  });

  it('are whole, also where a view got a feature after rows were stored', async () => {
    await writer.write(rowOf(1, 10), soon());
    const two = (driver: number, trips: number): WriteBatch => ({
      ...rowOf(driver, trips),
      features: ['trips', 'late'],
      values: [[int64Value(trips)], [int64Value(trips)]],
    });
    const outcomes = await Promise.all(
      [rowOf(2, 2), two(1, 5), two(3, 3)].map((batch) => writer.write(batch, soon())),
    );
    expect(outcomes.map(({ written }) => written)).toEqual([1, 0, 1]);
    const database = new DatabaseSync(folder.path);
    const late = database.prepare(
      `SELECT hex(entity_key) AS key FROM peer_stats WHERE feature_name = 'late'`,
    );
    expect(late.all()).toEqual([{ key: keyHex(3) }]);
    database.close();
  });
});

describe('deadlines', () => {
  it('hold for each, whoever else is in its transaction', async () => {
    await folder.start('lock', '2000').said('locked');
    const startMs = performance.now();
    const first = writer.write(rowOf(1), soon());
    const late = errorOf(() => writer.write(rowOf(2), Deadline.after(100)));
    expect(await late).toBeInstanceOf(UnavailableError);
    expect(String(await late)).toMatch(/nothing was stored/);
    expect(performance.now() - startMs).toBeLessThan(1500);
    expect(await first).toEqual({ written: 1, skipped: 0 });
    expect(storedTrips()).toHaveLength(2);
  });

  it('hold also where a reader keeps a transaction from its end', async () => {
    const first = writer.write(rowOf(1), soon());
    const long = writer.write(rowOf(2), soon());
    const short = errorOf(() => writer.write(rowOf(3), Deadline.after(300)));
    await first;
    // The transaction of the other two begins in the next turn of the event loop.
    const reader = new DatabaseSync(folder.path);
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM peer_stats').all();
    expect(String(await short)).toMatch(/UnavailableError.*may have been stored or not/);
    reader.exec('COMMIT');
    reader.close();
    expect(await long).toEqual({ written: 1, skipped: 0 });
    expect(sizes()).toEqual([1, 2]);
  });
});

describe('a batch that is larger than a transaction should be', () => {
  it('lets small ones pass once, and goes before those that come later', async () => {
    const ends: string[] = [];
    const note = (name: string, batch: WriteBatch): Promise<unknown> =>
      writer.write(batch, Deadline.after(60_000)).then(() => ends.push(name));
    const large = tripRows(60_000);
    const all = [note('first', rowOf(1)), note('large', large), note('small', rowOf(2))];
    // While the first small ones are stored.
    await all[0];
    all.push(note('later', rowOf(3)));
    await Promise.all(all);
    expect(ends).toEqual(['first', 'small', 'large', 'later']);
    expect(storedTrips()).toHaveLength(60_000);
  });
});

/** A Value with `float_list_val`. */
function floatListValue(length: number): Uint8Array {
  return Uint8Array.from([0x82, 0x01, length * 4 + 2, 0x0a, length * 4, ...new Uint8Array(length * 4)]);
}
