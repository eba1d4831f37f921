import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../test/support/compiled-modules.js';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { driverKey, errorOf, int64Value, readLines, readPlan } from '../../../../test/support/stored-rows.js';
import { CorruptDataError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';

const COLUMNS = `entity_key BLOB, feature_name TEXT, value BLOB, value_text TEXT, vector_value BLOB,
  event_ts timestamp, created_ts timestamp, PRIMARY KEY(entity_key, feature_name)`;
const KEY = driverKey(1001);

let folder = '';
let path = '';
let database: DatabaseSync;
let store: SqliteOnlineStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-sqlite-tables-'));
  path = join(folder, 'online_store.db');
  database = new DatabaseSync(path);
  database.exec('PRAGMA synchronous=OFF');
  store = new SqliteOnlineStore({ path });
});

afterEach(async () => {
  await store.close();
  database.close();
  rmSync(folder, { recursive: true });
});

function createTable(columns = COLUMNS): void {
  database.exec(`CREATE TABLE p_stats (${columns})`);
}

function insert(feature: SQLInputValue, value: SQLInputValue, eventTime: SQLInputValue, key = KEY): void {
  database
    .prepare('INSERT INTO p_stats (entity_key, feature_name, value, event_ts) VALUES (?, ?, ?, ?)')
    .run(key, feature, value, eventTime);
}

const read = (features: string[], keys = [KEY]): Promise<string[]> =>
  readLines(store, readPlan('p', { features }), [keys]);

const failure = (features: string[] = ['a']): Promise<unknown> =>
  errorOf(() => store.read(readPlan('p', { features }), [[KEY]], new RecordingSink(), Deadline.after(5000)));

describe('the time of a row', () => {
  it('is that of the feature that was inserted last', async () => {
    createTable();
    database.exec('CREATE INDEX p_stats_ek ON p_stats (entity_key)');
    insert('z', int64Value(1), 300n);
    insert('a', int64Value(2), 100n);
    insert('m', int64Value(3), 200n);
    expect(await read(['z'])).toEqual(['0/0 0=2001', '0/0 @200000000']);
    // Written again in place, and by an older event.
    database.exec("UPDATE p_stats SET event_ts = 900 WHERE feature_name = 'a'");
    expect(await read(['z'])).toContain('0/0 @200000000');
    database.exec("UPDATE p_stats SET event_ts = 50 WHERE feature_name = 'm'");
    expect(await read(['z'])).toContain('0/0 @50000000');
    database.exec("DELETE FROM p_stats WHERE feature_name = 'm'");
    expect(await read(['z'])).toContain('0/0 @900000000');
  });

  it.each([true, false])(
    'is the same when single features are looked up (index of the key: %s)',
    async (indexed) => {
      createTable();
      if (indexed) database.exec('CREATE INDEX p_stats_ek ON p_stats (entity_key)');
      for (let number = 0; number < 200; number++)
        insert(`f${(number * 7) % 200}`, int64Value(number), BigInt(number * 3));
      insert('a first name', int64Value(7), 77n);
      const plan = readPlan('p', { features: ['f0', 'f7'] });
      for (let reads = 0; reads < 3; reads++) {
        expect(await readLines(store, plan, [[KEY]])).toEqual(['0/0 0=2000', '0/0 1=2001', '0/0 @77000000']);
        expect(await readLines(store, plan, [[driverKey(5), KEY]])).toEqual([
          '0/1 0=2000',
          '0/1 1=2001',
          '0/1 @77000000',
        ]);
      }
    },
  );

  it.each([
    ['null', null],
    ['real', 1.5],
    ['text', '2026-03-01 10:00:00'],
    ['blob', Buffer.from('{"a":"00"}')],
  ])('is refused when it is of the type %s', async (type, eventTime) => {
    createTable();
    insert('a', int64Value(1), 5n);
    insert('b', int64Value(2), eventTime);
    const error = await failure();
    expect(error).toBeInstanceOf(CorruptDataError);
    expect((error as Error).message).toBe(
      `table p_stats: column event_ts holds a value of the type ${type} where an integer is expected`,
    );
    database.exec("DELETE FROM p_stats WHERE feature_name = 'b'");
    expect(await read(['a'])).toEqual(['0/0 0=2001', '0/0 @5000000']);
  });

  it('is refused when no calendar holds it', async () => {
    createTable();
    insert('a', int64Value(1), 9_223_372_036_854_775_807n);
    expect(await failure()).toBeInstanceOf(CorruptDataError);
  });

  it('is taken for local time where the process has a time zone', async () => {
    createTable();
    // What Feast stores in New York for 2026-03-01T10:00:00Z.
    insert('a', int64Value(1), 1_772_377_200n);
    const modules = await CompiledModules.compile(['test/support/sqlite-read-process.ts']);
    const program = modules.pathOf('test/support/sqlite-read-process.ts');
    const timeIn = (TZ: string) =>
      execFileSync(
        process.execPath,
        ['--no-warnings', program, path, 'p', 'stats', Buffer.from(KEY).toString('hex')],
        {
          env: { TZ },
          encoding: 'utf8',
        },
      );
    expect(timeIn('America/New_York')).toBe('1772359200000000');
    expect(timeIn('UTC')).toBe('1772377200000000');
    modules.remove();
  });
});

describe('tables of other ages and makers', () => {
  it('are read without the index of the key, and with further columns', async () => {
    createTable(
      'entity_key BLOB, feature_name TEXT, value_num REAL, value BLOB, event_ts timestamp, extra, PRIMARY KEY(entity_key, feature_name)',
    );
    insert('a', int64Value(1), 5n);
    expect(await read(['a'])).toEqual(['0/0 0=2001', '0/0 @5000000']);
  });

  it('may hold SQL nulls: one for a value is a null, one for a name nothing', async () => {
    createTable();
    insert('a', null, 5n);
    insert(null, int64Value(2), 6n);
    insert('b', int64Value(3), 7n);
    expect(await read(['b', 'a'])).toEqual(['0/0 0=2003', '0/0 1=', '0/0 @7000000']);
    database.exec('DELETE FROM p_stats WHERE feature_name IS NOT NULL');
    expect(await read(['b', 'a'])).toEqual(['0/0 @6000000']);
  });

  it.each([
    ['no column for the time', 'entity_key BLOB, feature_name TEXT, value BLOB'],
    ['no rowid', `${COLUMNS}) WITHOUT ROWID --`],
  ])('are refused when they have %s', async (_, columns) => {
    database.exec(`CREATE TABLE p_stats (${columns}\n)`.replace('--\n)', ''));
    const error = await failure();
    expect(error).toBeInstanceOf(CorruptDataError);
    expect((error as Error).message).toMatch(/another layout: no such column: (event_ts|rowid)/);
  });

  it('are not read from a file whose text is not UTF-8', async () => {
    database.close();
    rmSync(path);
    database = new DatabaseSync(path);
    database.exec("PRAGMA encoding='UTF-16le'");
    createTable();
    expect(await failure()).toBeInstanceOf(UnavailableError);
  });

  it('are refused when their pages are damaged', async () => {
    createTable();
    insert('a', int64Value(1), 5n);
    database.close();
    const bytes = readFileSync(path);
    // The first page, which lists the tables, stays as it is.
    writeFileSync(path, bytes.fill(0xff, 4096));
    expect(await failure()).toBeInstanceOf(CorruptDataError);
    database = new DatabaseSync(path);
  });
});

describe('large requests', () => {
  it('finish at once where nobody locks the file', () => {
    createTable();
    insert('a', int64Value(1), 5n);
    const sink = new RecordingSink();
    expect(
      store.read(readPlan('p', { features: ['a'] }), [[KEY]], sink, Deadline.after(5000)),
    ).toBeUndefined();
    expect(sink).toMatchObject({ attempts: 1 });
  });

  it('may have 100 000 keys', async () => {
    createTable();
    database.exec('BEGIN');
    for (const id of [0, 511, 512, 513, 1024, 50_000, 99_999]) insert('a', int64Value(id), 5n, driverKey(id));
    database.exec('COMMIT');
    const keys = Array.from({ length: 100_000 }, (_, id) => driverKey(id));
    const lines = await read(['a', 'b'], keys);
    expect(lines).toHaveLength(14);
    expect(lines).toContain(`0/99999 0=${Buffer.from(int64Value(99_999)).toString('hex')}`);
    expect(lines).toContain(`0/512 0=${Buffer.from(int64Value(512)).toString('hex')}`);
  });

  it('are stopped by their deadline', async () => {
    createTable();
    const keys = Array.from({ length: 100_000 }, (_, id) => driverKey(id));
    const sink = new RecordingSink();
    const call = () => store.read(readPlan('p', { features: ['a'] }), [keys], sink, Deadline.after(3));
    expect(await errorOf(call)).toBeInstanceOf(UnavailableError);
    insert('a', int64Value(1), 5n);
    expect(await read(['a'])).toHaveLength(2);
  });

  it('are read key by key when SQLite cannot build their answer at once', async () => {
    await store.close();
    store = new SqliteOnlineStore({ path, maxResultBytes: 20_000 });
    createTable();
    const value = Buffer.alloc(4000, 0x5a);
    for (let id = 0; id < 10; id++) insert('a', value, 5n, driverKey(id));
    const keys = Array.from({ length: 12 }, (_, id) => driverKey(id));
    const plan = readPlan('p', { features: ['a'] });
    for (let reads = 0; reads < 2; reads++) {
      const lines = await readLines(store, plan, [keys]);
      expect(lines).toHaveLength(20);
      expect(lines).toContain(`0/9 0=${value.toString('hex')}`);
    }
    insert('b', Buffer.alloc(15_000), 5n, driverKey(3));
    expect(await readLines(store, readPlan('p', { features: ['a'] }), [keys])).toHaveLength(20);
    insert('a', Buffer.alloc(15_000), 5n, KEY);
    const error = await failure();
    expect(error).toBeInstanceOf(CorruptDataError);
    expect((error as Error).message).toContain('too large');
  });

  it('may come in more shapes than are remembered', async () => {
    createTable();
    insert('a', int64Value(1), 5n);
    for (let views = 1; views <= 100; views++) {
      const plan = readPlan('p', ...Array.from({ length: views }, () => ({ features: ['a'] })));
      const own = plan.views.map((_, view) =>
        view % 3 === 0 ? [KEY] : [driverKey(1), KEY, driverKey(view)],
      );
      const shared = plan.views.map((_, view) => own[view % 2] ?? []);
      expect(await readLines(store, plan, own)).toHaveLength(2 * views);
      expect(await readLines(store, plan, shared)).toHaveLength(2 * views);
      expect(await readLines(store, plan, own)).toHaveLength(2 * views);
    }
  });
});
