import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../test/support/compiled-modules.js';
import { SqliteWriteFolder, tripRow, tripRows } from '../../../../test/support/sqlite-write-folder.js';
import { errorOf, int64Value } from '../../../../test/support/stored-rows.js';
import { soon, tripsHex } from '../../../../test/support/trip-rows.js';
import { CorruptDataError, UnavailableError } from '../../../common/errors/errors.js';
import { SqliteWriteConnection } from './sqlite-write-connection.js';

const PROGRAM = 'test/support/sqlite-write-process.ts';
let modules: CompiledModules;

beforeAll(async () => {
  modules = await CompiledModules.compile([PROGRAM]);
});
afterAll(() => modules.remove());

let folder: SqliteWriteFolder;

beforeEach(() => {
  folder = new SqliteWriteFolder();
});
afterEach(() => folder.remove());

describe('a commit', () => {
  it.each(['keep', 'wal'] as const)('in journal mode %s is on the disk', (journalMode) => {
    const connection = new SqliteWriteConnection({ path: folder.path, journalMode });
    connection.begin('IMMEDIATE');
    // EXTRA: also the removal of the rollback journal, which is the commit.
    expect(connection.all('PRAGMA synchronous')).toEqual([[3]]);
    connection.rollback();
    connection.close();
  });
});

describe('a folder or file', () => {
  it('that is not there is made, with the folders above', async () => {
    folder.path = join(folder.folder, 'a/b/online.db');
    await folder.writer().write(tripRow(1), soon());
    expect(await folder.found()).toEqual([tripsHex(1)]);
  });

  it('that cannot be made is told', async () => {
    writeFileSync(join(folder.folder, 'file'), '');
    const writer = folder.writer({ path: join(folder.folder, 'file/online.db') });
    const error = await errorOf(() => writer.write(tripRow(1), soon()));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toMatch(/cannot be made: .*file/);
  });

  it.each([
    [
      'text',
      () => writeFileSync(folder.path, 'This is text, long enough for a page. '.repeat(100)),
      UnavailableError,
    ],
    ['a folder', () => mkdirSync(folder.path), UnavailableError],
  ])('that is %s is told, left alone, and written when it is one', async (_what, spoil, kind) => {
    spoil();
    const writer = folder.writer();
    expect(await errorOf(() => writer.write(tripRow(1), soon()))).toBeInstanceOf(kind);
    expect(
      statSync(folder.path).isDirectory() || readFileSync(folder.path, 'utf8').startsWith('This is'),
    ).toBe(true);
    rmSync(folder.path, { recursive: true });
    expect(await writer.write(tripRow(1), soon())).toEqual({ written: 1, skipped: 0 });
  });

  it('that is damaged is told', async () => {
    const writer = folder.writer();
    await writer.write(tripRows(2000), soon());
    const bytes = readFileSync(folder.path);
    bytes.fill(0xee, 4096);
    writeFileSync(folder.path, bytes);
    // Changed in place: a connection that is open may have old pages in memory.
    const error = await errorOf(() => folder.writer().write(tripRows(2000), soon()));
    expect(error).toBeInstanceOf(CorruptDataError);
    expect(String(error)).toMatch(/the file of the online store is damaged/);
  });

  it('that was deleted is made again', async () => {
    const writer = folder.writer();
    await writer.write(tripRow(1), soon());
    rmSync(folder.path);
    expect(await writer.write(tripRow(2), soon())).toEqual({ written: 1, skipped: 0 });
    expect(await folder.found()).toEqual([tripsHex(2)]);
  });

  it('that was replaced is written, and the one before no more', async () => {
    const writer = folder.writer();
    await writer.write(tripRow(1), soon());
    for (const trips of [2, 3, 4]) {
      const next = folder.writer({ path: `${folder.path}.new` });
      await next.write(tripRow(1), soon());
      await next.close();
      renameSync(`${folder.path}.new`, folder.path);
      await writer.write(tripRow(trips), soon());
      expect(await folder.found()).toEqual([tripsHex(trips)]);
    }
  });
});

describe('a table', () => {
  const inFile = (sql: string) => {
    const database = new DatabaseSync(folder.path);
    database.exec(sql);
    database.close();
  };
  const KEY = 'PRIMARY KEY(entity_key, feature_name)';

  it('of an old version, without the later columns, is written as it is', async () => {
    inFile(`CREATE TABLE peer_stats (entity_key BLOB, feature_name TEXT, value BLOB, event_ts timestamp,
      created_ts timestamp, ${KEY})`);
    const options = { vectorEnabled: true, enableOpenaiCompatibleStore: true };
    const writer = folder.writer(options);
    expect(await writer.write(tripRow(1), soon())).toEqual({ written: 1, skipped: 0 });
    expect(await writer.write(tripRow(2), soon())).toEqual({ written: 1, skipped: 0 });
    expect(await folder.found()).toEqual([tripsHex(2)]);
  });

  it('that goes and comes while the writer has the file open is made again', async () => {
    const writer = folder.writer();
    await writer.write(tripRow(1), soon());
    inFile('DROP TABLE peer_stats');
    expect(await writer.write(tripRow(2), soon())).toEqual({ written: 1, skipped: 0 });
    inFile('ALTER TABLE peer_stats DROP COLUMN value_text');
    expect(await writer.write(tripRow(3), soon())).toEqual({ written: 1, skipped: 0 });
    inFile('ALTER TABLE peer_stats ADD COLUMN value_text TEXT');
    expect(await writer.write(tripRow(4), soon())).toEqual({ written: 1, skipped: 0 });
    const database = new DatabaseSync(folder.path);
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
    const error = await errorOf(() => folder.writer().write(tripRow(1), soon()));
    expect(error).toBeInstanceOf(CorruptDataError);
    expect(String(error)).toMatch(message);
  });

  it('with an odd name is written', async () => {
    const odd = { viewName: 'it\'s "odd" [;--', features: ["it's", 'a"b', 'nul\0', 'é'], version: 2 };
    const batch = { ...tripRow(7), ...odd, values: odd.features.map(() => [int64Value(7)]) };
    await folder.writer().write(batch, soon());
    const database = new DatabaseSync(folder.path);
    const names = database.prepare('SELECT feature_name AS n FROM "peer_it\'s ""odd"" [;--_v2"').all();
    expect(new Set(names.map(({ n }) => n))).toEqual(new Set(odd.features));
    database.close();
  });
});

describe('what the system refuses', () => {
  /** What the process says, after it has done the first lines in a shell. */
  function runOne(shell: string, ...user: string[]): string {
    const script = `${shell}; exec "$0" --no-warnings "$@"`;
    const args = [modules.pathOf(PROGRAM), 'one', folder.path, ...user];
    const ended = spawnSync('sh', ['-c', script, process.execPath, ...args], {
      encoding: 'utf8',
      env: { TZ: 'UTC' },
    });
    return ended.stdout.trim() || ended.stderr;
  }

  it('is told when no more can be written', async () => {
    const writer = folder.writer();
    await writer.write(tripRows(3000), soon());
    await writer.close();
    // In blocks of 512 bytes: no file may be larger than what is there already.
    expect(runOne(`ulimit -f ${Math.ceil(statSync(folder.path).size / 512)}`)).toMatch(
      /^UnavailableError: the online store cannot be written: (disk I\/O error|database or disk is full)/,
    );
    expect(runOne('true')).toBe('stored');
  });

  it.each([
    ['file', () => chmodSync(folder.path, 0o444)],
    ['folder', () => chmodSync(folder.folder, 0o555)],
  ])('is told when the %s is read-only', async (_what, protect) => {
    await folder.writer().write(tripRow(1), soon());
    chmodSync(folder.folder, 0o777);
    chmodSync(folder.path, 0o666);
    protect();
    // Root may write everywhere.
    const said = runOne('true', ...(process.getuid?.() === 0 ? ['65534'] : []));
    expect(said).toMatch(
      /^UnavailableError: the online store cannot be written: (attempt to write a readonly|unable to open)/,
    );
    chmodSync(folder.folder, 0o777);
    expect(await folder.found()).toEqual([tripsHex(1)]);
  });
});
