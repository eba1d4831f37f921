import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../test/support/compiled-modules.js';
import { SqliteWriter } from '../../../../test/support/sqlite-writer.js';
import { sqliteWriterOfTest } from '../../../../test/support/sqlite-writers.js';
import { errorOf, int64Value, readLines, readPlan } from '../../../../test/support/stored-rows.js';
import { SECOND, soon, T1, tripBatch, tripsHex } from '../../../../test/support/trip-rows.js';
import { CorruptDataError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';

const PROGRAM = 'test/support/sqlite-write-process.ts';
let modules: CompiledModules;
let folder = '';
let path = '';
const processes: SqliteWriter[] = [];

beforeAll(async () => {
  modules = await CompiledModules.compile([PROGRAM]);
});
afterAll(() => modules.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-write-faults-'));
  path = join(folder, 'online.db');
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.kill()));
  rmSync(folder, { recursive: true });
});

const row = (trips: number, seconds = trips) => tripBatch([{ trips, micros: T1 + seconds * SECOND }]);

/** The cells that a reader finds for driver 1001, in hexadecimal. */
async function found(): Promise<string[]> {
  const store = new SqliteOnlineStore({ path });
  const lines = await readLines(store, readPlan('peer', {}), [tripBatch([{ trips: 1, micros: 0 }]).keys]);
  await store.close();
  return lines.filter((line) => line.includes('=')).map((line) => line.split('=')[1] ?? '');
}

function start(role: 'lock' | 'spill' | 'stream', argument: string): SqliteWriter {
  const started = SqliteWriter.start(role, path, argument);
  processes.push(started);
  return started;
}

function rowsOf(count: number) {
  return tripBatch(Array.from({ length: count }, (_, driver) => ({ trips: driver, micros: T1, driver })));
}

describe('a file that somebody else has locked', () => {
  it('is waited for, and the process goes on', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(row(1), soon());
    const locker = start('lock', '300');
    await locker.said('locked');
    let lastTick = performance.now();
    let worstLagMs = 0;
    const timer = setInterval(() => {
      worstLagMs = Math.max(worstLagMs, performance.now() - lastTick);
      lastTick = performance.now();
    }, 5);
    const startMs = performance.now();
    expect(await writer.write(row(2), soon())).toEqual({ written: 1, skipped: 0 });
    clearInterval(timer);
    expect(performance.now() - startMs).toBeGreaterThan(100);
    expect(worstLagMs).toBeLessThan(150);
    expect(await found()).toEqual([tripsHex(2)]);
  });

  it('is unavailable when the deadline comes first, for all who wait', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(row(1), soon());
    await start('lock', '60000').said('locked');
    const startMs = performance.now();
    const errors = await Promise.all(
      [2, 3, 4].map((trips) => errorOf(() => writer.write(row(trips), Deadline.after(200)))),
    );
    expect(performance.now() - startMs).toBeLessThan(600);
    for (const error of errors) expect(error).toBeInstanceOf(UnavailableError);
    expect(String(errors[0])).toMatch(/locked by others until the time was up; nothing was stored/);
  });

  it('is given up when the writer is closed', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(row(1), soon());
    await start('lock', '60000').said('locked');
    const waiting = errorOf(() => writer.write(row(2), Deadline.after(60_000)));
    await sleep(20);
    await writer.close();
    expect(await waiting).toBeInstanceOf(UnavailableError);
  });

  it('by a reader is written when the reader is done, and readers that come later see it', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(row(1), soon());
    const reader = new DatabaseSync(path);
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM peer_stats').all();
    const writing = writer.write(row(2), soon());
    await sleep(50);
    reader.exec('COMMIT');
    expect(await writing).toEqual({ written: 1, skipped: 0 });
    reader.close();
    expect(await found()).toEqual([tripsHex(2)]);
  });
});

describe('the deadline', () => {
  it('is kept within a large batch, of which nothing stays', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(row(1), soon());
    const startMs = performance.now();
    const batch = rowsOf(200_000);
    const preparedMs = performance.now() - startMs;
    const error = await errorOf(() => writer.write(batch, Deadline.after(150 + preparedMs)));
    expect(error).toBeInstanceOf(UnavailableError);
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT count(*) AS n FROM peer_stats').get()).toEqual({ n: 1 });
    database.close();
    expect(await writer.write(row(2), soon())).toEqual({ written: 1, skipped: 0 });
  });

  it('leaves the process to others meanwhile', async () => {
    const writer = sqliteWriterOfTest(path);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await writer.write(rowsOf(20_000), soon());
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });
});

describe('a folder or file', () => {
  it('that is not there is made, with the folders above', async () => {
    path = join(folder, 'a/b/online.db');
    await sqliteWriterOfTest(path).write(row(1), soon());
    expect(await found()).toEqual([tripsHex(1)]);
  });

  it('that cannot be made is told', async () => {
    writeFileSync(join(folder, 'file'), '');
    const writer = sqliteWriterOfTest(join(folder, 'file/online.db'));
    const error = await errorOf(() => writer.write(row(1), soon()));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toMatch(/cannot be made: .*file/);
  });

  it.each([
    [
      'text',
      () => writeFileSync(path, 'This is text, long enough for a page. '.repeat(100)),
      UnavailableError,
    ],
    ['a folder', () => mkdirSync(path), UnavailableError],
  ])('that is %s is told, left alone, and written when it is one', async (_what, spoil, kind) => {
    spoil();
    const writer = sqliteWriterOfTest(path);
    expect(await errorOf(() => writer.write(row(1), soon()))).toBeInstanceOf(kind);
    expect(statSync(path).isDirectory() || readFileSync(path, 'utf8').startsWith('This is')).toBe(true);
    rmSync(path, { recursive: true });
    expect(await writer.write(row(1), soon())).toEqual({ written: 1, skipped: 0 });
  });

  it('that is damaged is told', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(rowsOf(2000), soon());
    const bytes = readFileSync(path);
    bytes.fill(0xee, 4096);
    writeFileSync(path, bytes);
    // Changed in place: a connection that is open may have old pages in memory.
    const error = await errorOf(() => sqliteWriterOfTest(path).write(rowsOf(2000), soon()));
    expect(error).toBeInstanceOf(CorruptDataError);
    expect(String(error)).toMatch(/the file of the online store is damaged/);
  });

  it('that was deleted is made again', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(row(1), soon());
    rmSync(path);
    expect(await writer.write(row(2), soon())).toEqual({ written: 1, skipped: 0 });
    expect(await found()).toEqual([tripsHex(2)]);
  });

  it('that was replaced is written, and the one before no more', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(row(1), soon());
    for (const trips of [2, 3, 4]) {
      const next = sqliteWriterOfTest(`${path}.new`);
      await next.write(row(9, 0), soon());
      await next.close();
      renameSync(`${path}.new`, path);
      await writer.write(row(trips), soon());
      expect(await found()).toEqual([tripsHex(trips)]);
    }
  });
});

describe('a table', () => {
  const inFile = (sql: string) => {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  };
  const KEY = 'PRIMARY KEY(entity_key, feature_name)';

  it('of an old version, without the later columns, is written as it is', async () => {
    inFile(`CREATE TABLE peer_stats (entity_key BLOB, feature_name TEXT, value BLOB, event_ts timestamp,
      created_ts timestamp, ${KEY})`);
    const options = { vectorEnabled: true, enableOpenaiCompatibleStore: true };
    const writer = sqliteWriterOfTest(path, options);
    expect(await writer.write(row(1), soon())).toEqual({ written: 1, skipped: 0 });
    expect(await writer.write(row(2), soon())).toEqual({ written: 1, skipped: 0 });
    expect(await found()).toEqual([tripsHex(2)]);
  });

  it('that goes and comes while the writer has the file open is made again', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(row(1), soon());
    inFile('DROP TABLE peer_stats');
    expect(await writer.write(row(2), soon())).toEqual({ written: 1, skipped: 0 });
    inFile('ALTER TABLE peer_stats DROP COLUMN value_text');
    expect(await writer.write(row(3), soon())).toEqual({ written: 1, skipped: 0 });
    inFile('ALTER TABLE peer_stats ADD COLUMN value_text TEXT');
    expect(await writer.write(row(4), soon())).toEqual({ written: 1, skipped: 0 });
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT value_text FROM peer_stats').get()).toEqual({ value_text: '4' });
    database.close();
  });

  it.each([
    [
      'without columns that it needs',
      'CREATE TABLE peer_stats (x)',
      /has no column entity_key, feature_name/,
    ],
    [
      'without its key',
      'CREATE TABLE peer_stats (entity_key, feature_name, value, event_ts, created_ts)',
      /another layout: ON CONFLICT/,
    ],
    ['that is a view', 'CREATE VIEW peer_stats AS SELECT 1', /another layout/],
  ])('%s is told', async (_what, sql, message) => {
    inFile(sql);
    const error = await errorOf(() => sqliteWriterOfTest(path).write(row(1), soon()));
    expect(error).toBeInstanceOf(CorruptDataError);
    expect(String(error)).toMatch(message);
  });

  it('with an odd name is written', async () => {
    const odd = { viewName: 'it\'s "odd" [;--', features: ["it's", 'a"b', 'nul\0', 'é'], version: 2 };
    const batch = { ...row(7), ...odd, values: odd.features.map(() => [int64Value(7)]) };
    await sqliteWriterOfTest(path).write(batch, soon());
    const database = new DatabaseSync(path);
    const names = database.prepare('SELECT feature_name AS n FROM "peer_it\'s ""odd"" [;--_v2"').all();
    expect(names.map(({ n }) => n).toSorted()).toEqual(odd.features.toSorted());
    database.close();
  });
});

describe('a writer that was killed', () => {
  it('leaves a journal behind, which the next writer rolls back', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(rowsOf(4000), soon());
    await writer.close();
    const killed = start('spill', 'peer_stats');
    await killed.said('spilled');
    await killed.kill();
    expect(existsSync(`${path}-journal`)).toBe(true);
    await sqliteWriterOfTest(path).write(row(5), soon());
    expect(existsSync(`${path}-journal`)).toBe(false);
    const database = new DatabaseSync(path);
    expect(database.prepare("SELECT count(*) AS n FROM peer_stats WHERE value = x'20637265'").get()).toEqual({
      n: 0,
    });
    database.close();
  });
});

describe('what the system refuses', () => {
  /** What the process says, after it has done the first lines in a shell. */
  function runOne(shell: string, ...user: string[]): string {
    const script = `${shell}; exec "$0" --no-warnings "$@"`;
    const args = [modules.pathOf(PROGRAM), 'one', path, ...user];
    const ended = spawnSync('sh', ['-c', script, process.execPath, ...args], {
      encoding: 'utf8',
      env: { TZ: 'UTC' },
    });
    return ended.stdout.trim() || ended.stderr;
  }

  it('is told when no more can be written', async () => {
    const writer = sqliteWriterOfTest(path);
    await writer.write(rowsOf(3000), soon());
    await writer.close();
    // In blocks of 512 bytes: no file may be larger than what is there already.
    expect(runOne(`ulimit -f ${Math.ceil(statSync(path).size / 512)}`)).toMatch(
      /^UnavailableError: the online store cannot be written: (disk I\/O error|database or disk is full)/,
    );
    expect(runOne('true')).toBe('stored');
  });

  it.each([
    ['file', () => chmodSync(path, 0o444)],
    ['folder', () => chmodSync(folder, 0o555)],
  ])('is told when the %s is read-only', async (_what, protect) => {
    await sqliteWriterOfTest(path).write(row(1), soon());
    chmodSync(folder, 0o777);
    chmodSync(path, 0o666);
    protect();
    // Root may write everywhere.
    const said = runOne('true', ...(process.getuid?.() === 0 ? ['65534'] : []));
    expect(said).toMatch(
      /^UnavailableError: the online store cannot be written: (attempt to write a readonly|unable to open)/,
    );
    chmodSync(folder, 0o777);
    expect(await found()).toEqual([tripsHex(1)]);
  });
});
