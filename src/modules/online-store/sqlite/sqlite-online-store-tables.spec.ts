import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { feastRowsFile, readFeastRows } from '../../../../test/support/feast-sqlite-rows.js';
import { dumpTable } from '../../../../test/support/sqlite-tables-dump.js';
import { SqliteWriter } from '../../../../test/support/sqlite-writer.js';
import { sqliteWriterOfTest } from '../../../../test/support/sqlite-writers.js';
import { driverKey, errorOf } from '../../../../test/support/stored-rows.js';
import { soon, T1, tripBatch } from '../../../../test/support/trip-rows.js';
import { CorruptDataError, InvalidValueError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { ViewTable } from '../online-store-tables.js';
import { SqliteOnlineStoreTables } from './sqlite-online-store-tables.js';

const REPOS = join(import.meta.dirname, '../../../../test/fixtures/conformance/repos');

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-sqlite-tables-'));
  path = join(folder, 'data/online.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function tablesOfTest(withNumbers = false): SqliteOnlineStoreTables {
  const tables = new SqliteOnlineStoreTables({ path, withNumbers });
  onTestFinished(() => tables.close());
  return tables;
}

const view = (viewName: string, changes: Partial<ViewTable> = {}): ViewTable => ({
  project: 'peer',
  viewName,
  version: 0,
  joinKeys: ['driver_id'],
  features: ['trips'],
  ...changes,
});

function inFile<T>(use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

const namesInFile = (): unknown[] =>
  inFile((database) =>
    database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all(),
  ).map(({ name }) => name);

describe('names', () => {
  it('are those of Feast', () => {
    const tables = tablesOfTest();
    expect(tables.nameOf(view('stats'))).toBe('peer_stats');
    expect(tables.nameOf(view('stats', { version: 3 }))).toBe('peer_stats_v3');
    expect(tables.noun).toBe('table');
    expect(tables.location).toBe(path);
  });
});

describe('create', () => {
  it.each([
    ['plain', false],
    ['numbers', true],
  ] as const)('makes the schema that Feast makes: %s', async (name, withNumbers) => {
    const tables = tablesOfTest(withNumbers);
    await tables.create([view('stats')], soon());
    const expected = readFeastRows(feastRowsFile('UTC'))[name];
    expect(dumpTable(path, 'peer_stats')).toEqual({ ...expected, rows: [] });
    await tables.create([view('stats')], soon());
    expect(dumpTable(path, 'peer_stats').schema).toEqual(expected.schema);
    expect(inFile((database) => database.prepare('PRAGMA journal_mode').get())).toEqual({
      journal_mode: 'delete',
    });
  });

  it('leaves what Feast made as it is, with its rows', async () => {
    await tablesOfTest().create([view('other')], soon());
    cpSync(join(REPOS, 'drivers-sqlite/data/online_store.db'), path);
    const before = dumpTable(path, 'drivers_driver_hourly_stats');
    expect(before.rows.length).toBeGreaterThan(0);
    await tablesOfTest().create([view('driver_hourly_stats', { project: 'drivers' })], soon());
    expect(dumpTable(path, 'drivers_driver_hourly_stats')).toEqual(before);
  });

  it('adds the columns that old tables lack, as Feast does', async () => {
    await tablesOfTest().create([view('one')], soon());
    inFile((database) => {
      database.exec('ALTER TABLE peer_one DROP COLUMN value_text');
      database.exec('DROP INDEX peer_one_ek');
    });
    await tablesOfTest(true).create([view('one'), view('two')], soon());
    const { columns, schema } = dumpTable(path, 'peer_one');
    expect(columns.slice(-2)).toEqual(['value_text', 'value_num']);
    expect(schema.map(([, name]) => name)).toContain('peer_one_ek');
    // The repo of the recordings got its column from Feast in the same way.
    const recorded = dumpTable(join(REPOS, 'vectors-sqlite/data/online_store.db'), 'vectors_documents');
    const added = (text: string | null | undefined) => /, "value_num" REAL/.exec(text ?? '')?.[0];
    expect(added(schema[0]?.[3])).toBe(
      added(recorded.schema.find(([, name]) => name === 'vectors_documents')?.[3]),
    );
  });

  it('makes all or nothing', async () => {
    await tablesOfTest().create([view('one')], soon());
    inFile((database) => database.exec('CREATE VIEW peer_two AS SELECT 1'));
    const error = await errorOf(() => tablesOfTest().create([view('three'), view('two')], soon()));
    expect(error).toBeInstanceOf(CorruptDataError);
    expect(namesInFile()).toEqual(['peer_one']);
  });

  it('refuses a name that no table can have', async () => {
    expect(await errorOf(() => tablesOfTest().create([view('nul\0')], soon()))).toBeInstanceOf(
      InvalidValueError,
    );
  });

  it('makes no file for no views', async () => {
    await tablesOfTest().create([], soon());
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });
});

describe('inspect', () => {
  it('tells what is there and what holds rows, and makes nothing', async () => {
    const tables = tablesOfTest();
    const views = [view('stats'), view('empty'), view('none'), view('stats', { version: 2 })];
    const states = async () =>
      (await tables.inspect(views, soon())).map(({ view: { viewName }, exists, holdsRows }) => [
        viewName,
        exists,
        holdsRows,
      ]);
    expect(await states()).toEqual(views.map(({ viewName }) => [viewName, false, false]));
    expect(existsSync(join(folder, 'data'))).toBe(false);
    await tables.create([view('empty')], soon());
    await sqliteWriterOfTest(path).write(tripBatch([{ trips: 1, micros: T1 }]), soon());
    expect(await states()).toEqual([
      ['stats', true, true],
      ['empty', true, false],
      ['none', false, false],
      ['stats', false, false],
    ]);
  });

  it('waits for a lock, until the deadline', async () => {
    const tables = tablesOfTest();
    await tables.create([view('stats')], soon());
    const locker = SqliteWriter.start('lock', path, '60000');
    await locker.said('locked');
    const error = await errorOf(() => tables.inspect([view('stats')], Deadline.after(100)));
    await locker.kill();
    expect(error).toBeInstanceOf(UnavailableError);
  });

  it('tells what is no database', async () => {
    path = join(folder, 'text');
    writeFileSync(path, 'This is text, long enough for a page. '.repeat(100));
    const error = await errorOf(() => tablesOfTest().inspect([view('stats')], soon()));
    expect(error).toBeInstanceOf(UnavailableError);
  });
});

describe('drop', () => {
  it('removes these tables and no others', async () => {
    const tables = tablesOfTest();
    await tables.create(
      ['a', 'a_v2', 'b'].map((name) => view(name)),
      soon(),
    );
    await tables.drop([view('a'), view('none')], soon());
    expect(namesInFile()).toEqual(['peer_a_v2', 'peer_b']);
    await tables.drop([view('a', { version: 2 })], soon());
    expect(namesInFile()).toEqual(['peer_b']);
  });

  it('makes no file', async () => {
    await tablesOfTest().drop([view('a')], soon());
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });
});

describe('teardown', () => {
  it.each(['DELETE', 'WAL'])(
    'removes the file when nothing else is in it (journal_mode %s)',
    async (mode) => {
      const tables = tablesOfTest();
      await tables.create([view('a'), view('b')], soon());
      inFile((database) => database.exec(`PRAGMA journal_mode=${mode}`));
      await sqliteWriterOfTest(path).write(tripBatch([{ trips: 1, micros: T1 }], { viewName: 'a' }), soon());
      await tables.teardown('peer', [view('a'), view('b')], soon());
      for (const suffix of ['', '-wal', '-shm', '-journal']) expect(existsSync(path + suffix)).toBe(false);
      // Whoever had the file open does not write into nothing.
      await tables.create([view('a')], soon());
      expect(namesInFile()).toEqual(['peer_a']);
    },
  );

  it('keeps a file in which others have something', async () => {
    const tables = tablesOfTest();
    await tables.create([view('a'), view('a', { project: 'other' })], soon());
    inFile((database) => database.exec('CREATE VIEW mine AS SELECT 1'));
    await tables.teardown('peer', [view('a')], soon());
    expect(namesInFile()).toEqual(['other_a']);
    await tables.drop([view('a', { project: 'other' })], soon());
    await tables.teardown('peer', [view('a')], soon());
    expect(existsSync(path)).toBe(true);
  });

  it('of a file that is not there does nothing', async () => {
    await tablesOfTest().teardown('peer', [view('a')], soon());
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });
});

describe('entityKeys', () => {
  it('gives each key of any of the views, in steps, and none where nothing is', async () => {
    const tables = tablesOfTest();
    const views = [view('stats'), view('other'), view('none')];
    const found = async () => {
      const steps: string[][] = [];
      for await (const keys of tables.entityKeys(views, soon)) {
        steps.push(keys.map((key) => Buffer.from(key).toString('hex')));
      }
      return steps;
    };
    expect(await found()).toEqual([]);
    const writer = sqliteWriterOfTest(path);
    const rows = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({ trips: 1, micros: T1, driver: from + index }));
    await writer.write(tripBatch(rows(0, 1500)), soon());
    await writer.write(tripBatch(rows(1000, 2500), { viewName: 'other' }), soon());
    await writer.write(tripBatch(rows(9000, 9001), { viewName: 'foreign' }), soon());
    const steps = await found();
    expect(steps.map(({ length }) => length)).toEqual([1000, 1000, 500]);
    expect(new Set(steps.flat())).toEqual(
      new Set(rows(0, 2500).map(({ driver }) => Buffer.from(driverKey(driver)).toString('hex'))),
    );
  });
});
