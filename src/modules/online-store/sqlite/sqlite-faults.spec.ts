import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FeastSqliteFile } from '../../../../test/support/feast-sqlite-file.js';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { SqliteWriter } from '../../../../test/support/sqlite-writer.js';
import {
  driverKey,
  errorOf,
  EVENT_TIME_MICROS,
  int64Value,
  readLines,
  readPlan,
  type StoredRow,
} from '../../../../test/support/stored-rows.js';
import { NotFoundError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';

const PROJECT = 'drivers';
const PLAN = readPlan(PROJECT, {});
const KEYS = [[driverKey(1001)]];
const CHECK_MS = 20;

let folder = '';
let path = '';
let store: SqliteOnlineStore;
let writers: SqliteWriter[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-sqlite-faults-'));
  path = join(folder, 'online_store.db');
  store = new SqliteOnlineStore({ path, replacementCheckMs: CHECK_MS });
});

afterEach(async () => {
  await Promise.all(writers.map((writer) => writer.kill()));
  writers = [];
  await store.close();
  rmSync(folder, { recursive: true });
});

const start = (...args: Parameters<typeof SqliteWriter.start>): SqliteWriter => {
  const writer = SqliteWriter.start(...args);
  writers.push(writer);
  return writer;
};

const row = (trips: number, changes: Partial<StoredRow> = {}): StoredRow => ({
  project: PROJECT,
  viewName: 'stats',
  version: 0,
  entityKey: driverKey(1001),
  values: new Map([['trips', int64Value(trips)]]),
  eventTimeMicros: EVENT_TIME_MICROS,
  ...changes,
});

function fill(file: string, rows: readonly StoredRow[], setting = ''): void {
  const written = new FeastSqliteFile(file);
  written.exec(setting);
  written.write(rows);
  written.close();
}

const found = (trips: number): string[] => [
  `0/0 0=${Buffer.from(int64Value(trips)).toString('hex')}`,
  `0/0 @${EVENT_TIME_MICROS}`,
];

const read = (limitMs = 5000): Promise<unknown> =>
  errorOf(() => store.read(PLAN, KEYS, new RecordingSink(), Deadline.after(limitMs)));

describe('a file that is not there', () => {
  it('is unavailable, is not created, and is found when it appears', async () => {
    expect(await read()).toBeInstanceOf(UnavailableError);
    expect(await errorOf(() => store.ping(Deadline.after(1000)))).toBeInstanceOf(UnavailableError);
    expect(existsSync(path)).toBe(false);
    fill(path, [row(7)]);
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(7));
  });

  it('is unavailable after it was deleted, and read again when it is back', async () => {
    fill(path, [row(7)]);
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(7));
    rmSync(path);
    await sleep(2 * CHECK_MS);
    expect(await read()).toBeInstanceOf(UnavailableError);
    expect(existsSync(path)).toBe(false);
    fill(path, [row(8)]);
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(8));
  });

  it.each([
    [
      'no database',
      () => writeFileSync(path, 'This is text, and it is long enough to be a page. '.repeat(100)),
    ],
    ['a folder', () => (path = folder)],
  ])('is unavailable when it is %s', async (_, spoil) => {
    spoil();
    store = new SqliteOnlineStore({ path });
    const error = await read();
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as Error).message).toMatch(/not a database|unable to open/);
  });

  it('recovers when a file that was no database becomes one', async () => {
    writeFileSync(path, 'nonsense '.repeat(1000));
    expect(await read()).toBeInstanceOf(UnavailableError);
    rmSync(path);
    fill(path, [row(7)]);
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(7));
  });
});

describe('a table that is not there', () => {
  it('is named with its view, and found when it appears', async () => {
    fill(path, [row(7)]);
    const plan = readPlan(PROJECT, {}, { viewName: 'it\'s "new"', version: 3 });
    const error = await errorOf(() =>
      store.read(plan, [KEYS[0]!, KEYS[0]!], new RecordingSink(), Deadline.after(1000)),
    );
    expect(error).toBeInstanceOf(NotFoundError);
    expect((error as Error).message).toBe(
      'no such table: drivers_it\'s "new"_v3: feature view it\'s "new" has no table in the online store; ' +
        'run apply or materialize',
    );
    fill(path, [row(8, { viewName: 'it\'s "new"', version: 3 })]);
    expect(await readLines(store, plan, [KEYS[0]!, KEYS[0]!])).toContain('1/0 0=2008');
  });

  it('is missed by a view without keys too, and by a name that no table can have', async () => {
    fill(path, [row(7)]);
    const missing = readPlan(PROJECT, { viewName: 'none' });
    expect(
      await errorOf(() => store.read(missing, [[]], new RecordingSink(), Deadline.after(1000))),
    ).toBeInstanceOf(NotFoundError);
    const impossible = readPlan(PROJECT, { viewName: 'nul\0' });
    expect(
      await errorOf(() => store.read(impossible, KEYS, new RecordingSink(), Deadline.after(1000))),
    ).toBeInstanceOf(NotFoundError);
  });

  it('is read again after it was dropped and created anew', async () => {
    fill(path, [row(7)]);
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(7));
    const file = new FeastSqliteFile(path);
    file.exec('DROP TABLE drivers_stats');
    expect(await read()).toBeInstanceOf(NotFoundError);
    file.exec('CREATE TABLE drivers_stats (created_ts, event_ts, value, feature_name, entity_key)');
    file.exec("INSERT INTO drivers_stats VALUES (0, 5, x'2001', 'trips', x'00')");
    expect(await readLines(store, PLAN, [[Buffer.from([0])]])).toEqual(['0/0 0=2001', '0/0 @5000000']);
    file.close();
  });
});

describe('a file that is replaced', () => {
  it('is read anew after another was renamed over it', async () => {
    fill(path, [row(1)]);
    for (const trips of [2, 3, 4]) {
      await readLines(store, PLAN, KEYS);
      fill(`${path}.new`, [row(trips)]);
      renameSync(`${path}.new`, path);
      await sleep(2 * CHECK_MS);
      expect(await readLines(store, PLAN, KEYS)).toEqual(found(trips));
    }
  });

  it('is noticed at once when a table is missing in the old file', async () => {
    store = new SqliteOnlineStore({ path, replacementCheckMs: 60_000 });
    fill(path, [row(1, { viewName: 'old' })]);
    expect(await read()).toBeInstanceOf(NotFoundError);
    fill(`${path}.new`, [row(2)]);
    renameSync(`${path}.new`, path);
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(2));
  });

  it('keeps the log of a new WAL file: closing the old one must not remove it', async () => {
    fill(path, [row(1)], 'PRAGMA journal_mode=WAL');
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(1));
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const writer = new FeastSqliteFile(path);
    writer.exec('PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0');
    writer.write([row(2)]);
    const logBytes = statSync(`${path}-wal`).size;
    await sleep(2 * CHECK_MS);
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(2));
    expect(statSync(`${path}-wal`).size).toBe(logBytes);
    writer.write([row(3)]);
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(3));
    writer.close();
  });
});

describe('a locked file', () => {
  it('is read when the lock is gone, and the event loop never waits for it', async () => {
    fill(path, [row(7)]);
    await readLines(store, PLAN, KEYS);
    const writer = start('lock', path, '300');
    await writer.said('locked');

    let worstLagMs = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      worstLagMs = Math.max(worstLagMs, performance.now() - lastMs);
      lastMs = performance.now();
    }, 5);
    const startMs = performance.now();
    const sink = new RecordingSink();
    const waiting = store.read(PLAN, KEYS, sink, Deadline.after(5000));
    expect(waiting).toBeInstanceOf(Promise);
    const others = Array.from({ length: 20 }, () => readLines(store, PLAN, KEYS));
    await waiting;
    const waitedMs = performance.now() - startMs;
    expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, () => found(7)));
    clearInterval(timer);

    expect(sink.lines()).toEqual(found(7));
    expect(sink.attempts).toBeGreaterThan(3);
    expect(waitedMs).toBeGreaterThan(100);
    expect(worstLagMs).toBeLessThan(100);
    await writer.said('released');
  });

  it('is waited for when it is locked before the first read', async () => {
    fill(path, [row(7)]);
    await start('lock', path, '100').said('locked');
    expect(await readLines(store, PLAN, KEYS)).toEqual(found(7));
  });

  it('is unavailable when the deadline comes first', async () => {
    fill(path, [row(7)]);
    await start('lock', path, '60000').said('locked');
    const startMs = performance.now();
    expect(await read(200)).toBeInstanceOf(UnavailableError);
    const waitedMs = performance.now() - startMs;
    expect(waitedMs).toBeGreaterThan(190);
    expect(waitedMs).toBeLessThan(400);
    expect(await errorOf(() => store.ping(Deadline.after(50)))).toBeInstanceOf(UnavailableError);
  });

  it('is given up when the store is closed', async () => {
    fill(path, [row(7)]);
    await start('lock', path, '60000').said('locked');
    const waiting = read(60_000);
    await store.close();
    expect(await waiting).toBeInstanceOf(UnavailableError);
  });
});

describe('a writer that was killed', () => {
  const many = Array.from({ length: 4000 }, (_, id) => row(id, { entityKey: driverKey(id) }));

  it('leaves a journal behind that the first reader rolls back', async () => {
    fill(path, many);
    const bytesBefore = statSync(path).size;
    const writer = start('spill', path, 'drivers_stats');
    await writer.said('spilled');
    await writer.kill();
    // The case is real: half of the transaction is in the file, and a connection that may not write cannot read.
    expect(statSync(`${path}-journal`).size).toBeGreaterThan(bytesBefore / 10);
    const keys = many.map(({ entityKey }) => entityKey);
    const lines = await readLines(store, PLAN, [keys]);
    expect(lines).toHaveLength(2 * many.length);
    expect(lines.filter((line) => line.includes('@'))).toEqual(
      many.map((_, index) => `0/${index} @${EVENT_TIME_MICROS}`).toSorted(),
    );
    expect(lines).toContain(`0/3999 0=${Buffer.from(int64Value(3999)).toString('hex')}`);
    expect(existsSync(`${path}-journal`)).toBe(false);
  });
});

describe('a writer beside the reader', () => {
  it.each(['WAL', 'DELETE'])('never shows a part of its transaction (journal_mode %s)', async (mode) => {
    const features = ['a', 'b', 'c', 'd'];
    const views = ['one', 'two'];
    const ids = [1, 2, 3];
    const rows = views.flatMap((viewName) =>
      ids.map((id) =>
        row(0, {
          viewName,
          entityKey: driverKey(id),
          values: new Map(features.map((feature) => [feature, Buffer.from('20808000', 'hex')])),
        }),
      ),
    );
    fill(path, rows, `PRAGMA journal_mode=${mode}`);
    await start('stream', path, 'drivers_one,drivers_two').said('streaming');

    const plan = readPlan(PROJECT, ...views.map((viewName) => ({ viewName, features })));
    const keys = views.map(() => ids.map(driverKey));
    const states = new Set<string>();
    const endMs = performance.now() + 1000;
    while (performance.now() < endMs) {
      const lines = await readLines(store, plan, keys);
      expect(lines).toHaveLength(2 * 3 * 5);
      const values = new Set(lines.map((line) => line.slice(line.search(/[=@]/))));
      // One value and one time in all cells of both views.
      expect(values.size, [...values].join(' ')).toBe(2);
      states.add([...values].join(' '));
      await sleep(1);
    }
    expect(states.size).toBeGreaterThan(2);
  });
});
