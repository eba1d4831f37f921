import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FeastSqliteFile } from '../../../../test/support/feast-sqlite-file.js';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { SqliteStoreFolder } from '../../../../test/support/sqlite-store-folder.js';
import { errorOf, readLines, readPlan } from '../../../../test/support/stored-rows.js';
import { NotFoundError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';

let folder: SqliteStoreFolder;

beforeEach(() => {
  folder = new SqliteStoreFolder();
});
afterEach(() => folder.remove());

const read = (): Promise<string[]> => readLines(folder.store, folder.plan, folder.keys);
const untilTheNextCheck = (): Promise<void> => sleep(2 * SqliteStoreFolder.CHECK_MS);

describe('a file that is not there', () => {
  it('is unavailable, is not created, and is found when it appears', async () => {
    expect(await folder.failure()).toBeInstanceOf(UnavailableError);
    expect(await errorOf(() => folder.store.ping(Deadline.after(1000)))).toBeInstanceOf(UnavailableError);
    expect(existsSync(folder.path)).toBe(false);
    folder.fill([folder.row(7)]);
    expect(await read()).toEqual(folder.found(7));
  });

  it('is unavailable after it was deleted, and read again when it is back', async () => {
    folder.fill([folder.row(7)]);
    expect(await read()).toEqual(folder.found(7));
    rmSync(folder.path);
    await untilTheNextCheck();
    expect(await folder.failure()).toBeInstanceOf(UnavailableError);
    expect(existsSync(folder.path)).toBe(false);
    folder.fill([folder.row(8)]);
    expect(await read()).toEqual(folder.found(8));
  });
});

describe('a path that names something else', () => {
  it.each([
    ['text', (path: string) => writeFileSync(path, 'This is text, long enough for a page. '.repeat(100))],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('is unavailable when it is %s, and recovers', async (_, spoil) => {
    spoil(folder.path);
    const error = await folder.failure();
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as Error).message).toMatch(/not a database|unable to open/);
    rmSync(folder.path, { recursive: true });
    folder.fill([folder.row(7)]);
    expect(await read()).toEqual(folder.found(7));
  });
});

describe('a table that is not there', () => {
  it('is named with its view, and found when it appears', async () => {
    folder.fill([folder.row(7)]);
    const view = { viewName: 'it\'s "new"', version: 3 };
    const plan = readPlan('drivers', {}, view);
    const error = await folder.failure(plan);
    expect(error).toBeInstanceOf(NotFoundError);
    expect((error as Error).message).toBe(
      'no such table: drivers_it\'s "new"_v3: feature view it\'s "new" has no table in the online store; ' +
        'run apply or materialize',
    );
    folder.fill([folder.row(8, view)]);
    const [keys = []] = folder.keys;
    expect(await readLines(folder.store, plan, [keys, keys])).toContain('1/0 0=2008');
  });

  it.each(['none', 'nul\0'])('is missed by a view without keys too: %j', async (viewName) => {
    folder.fill([folder.row(7)]);
    const plan = readPlan('drivers', { viewName });
    expect(await folder.failure(plan)).toBeInstanceOf(NotFoundError);
    const withoutKeys = () => folder.store.read(plan, [[]], new RecordingSink(), Deadline.after(1000));
    expect(await errorOf(withoutKeys)).toBeInstanceOf(NotFoundError);
  });

  it('is read again after it was dropped and created anew', async () => {
    folder.fill([folder.row(7)]);
    expect(await read()).toEqual(folder.found(7));
    const file = new FeastSqliteFile(folder.path);
    file.exec('DROP TABLE drivers_stats');
    expect(await folder.failure()).toBeInstanceOf(NotFoundError);
    file.exec('CREATE TABLE drivers_stats (created_ts, event_ts, value, feature_name, entity_key)');
    file.exec("INSERT INTO drivers_stats VALUES (0, 5, x'2001', 'trips', x'00')");
    const lines = await readLines(folder.store, folder.plan, [[Buffer.from([0])]]);
    expect(lines).toEqual(['0/0 0=2001', '0/0 @5000000']);
    file.close();
  });
});

describe('a file that is replaced', () => {
  it('is read anew after another was renamed over it', async () => {
    folder.fill([folder.row(1)]);
    for (const trips of [2, 3, 4]) {
      await read();
      folder.fill([folder.row(trips)], { path: `${folder.path}.new` });
      renameSync(`${folder.path}.new`, folder.path);
      await untilTheNextCheck();
      expect(await read()).toEqual(folder.found(trips));
    }
  });

  it('is noticed at once when a table is missing in the old file', async () => {
    folder.store = new SqliteOnlineStore({ path: folder.path, replacementCheckMs: 60_000 });
    folder.fill([folder.row(1, { viewName: 'old' })]);
    expect(await folder.failure()).toBeInstanceOf(NotFoundError);
    folder.fill([folder.row(2)], { path: `${folder.path}.new` });
    renameSync(`${folder.path}.new`, folder.path);
    expect(await read()).toEqual(folder.found(2));
  });

  it('keeps the log of a new WAL file: closing the old one must not remove it', async () => {
    folder.fill([folder.row(1)], { setting: 'PRAGMA journal_mode=WAL' });
    expect(await read()).toEqual(folder.found(1));
    for (const suffix of ['', '-wal', '-shm']) rmSync(folder.path + suffix, { force: true });
    const writer = new FeastSqliteFile(folder.path);
    writer.exec('PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0');
    writer.write([folder.row(2)]);
    const logBytes = statSync(`${folder.path}-wal`).size;
    expect(logBytes).toBeGreaterThan(0);
    await untilTheNextCheck();
    expect(await read()).toEqual(folder.found(2));
    expect(statSync(`${folder.path}-wal`).size).toBe(logBytes);
    writer.write([folder.row(3)]);
    expect(await read()).toEqual(folder.found(3));
    writer.close();
  });
});
