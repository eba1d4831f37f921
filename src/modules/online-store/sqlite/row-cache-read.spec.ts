import { renameSync } from 'node:fs';
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FeastSqliteFile } from '../../../../test/support/feast-sqlite-file.js';
import { SeededRandom } from '../../../../test/support/random.js';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { SqliteStoreFolder } from '../../../../test/support/sqlite-store-folder.js';
import {
  driverKey,
  int64Value,
  readLines,
  readPlan,
  type StoredRow,
} from '../../../../test/support/stored-rows.js';
import { Deadline } from '../../../common/model/deadline.js';
import { RowCacheRead } from './row-cache-read.js';
import { RowCache } from './row-cache.js';
import { SqliteConnection } from './sqlite-connection.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';
import { SqlitePlanReader } from './sqlite-plan-reader.js';

/** A connection that remembers what it was asked beside the version of the data. */
class ListeningConnection extends SqliteConnection {
  asked: (readonly SQLInputValue[])[] = [];

  override get(sql: string, parameters: readonly SQLInputValue[]): SQLOutputValue[] {
    if (!sql.startsWith('PRAGMA')) this.asked.push(parameters);
    return super.get(sql, parameters);
  }
}

let folder: SqliteStoreFolder;
let connection: ListeningConnection;
let cache: RowCache;
let writer: FeastSqliteFile;

beforeEach(() => {
  folder = new SqliteStoreFolder();
  connection = new ListeningConnection({
    path: folder.path,
    cacheBytes: 1_000_000,
    maxResultBytes: 1_000_000_000,
    replacementCheckMs: 20,
  });
  cache = new RowCache(1_000_000);
  writer = new FeastSqliteFile(folder.path);
});
afterEach(async () => {
  writer.close();
  connection.close();
  await folder.remove();
});

const VIEWS = ['a', 'b'];
const plan = readPlan('drivers', ...VIEWS.map((viewName) => ({ viewName })));
const rowsOf = (ids: readonly number[], trips: number): StoredRow[] =>
  VIEWS.flatMap((viewName) => ids.map((id) => folder.row(trips, { viewName, entityKey: driverKey(id) })));
const reader = (of = plan): RowCacheRead => new RowCacheRead(new SqlitePlanReader(of), cache);

function read(ids: readonly number[], from = reader()): string[] {
  const sink = new RecordingSink();
  const keys = ids.map(driverKey);
  connection.asked = [];
  connection.prepareForRead();
  from.read(connection, [keys, keys], sink, Deadline.after(5000));
  return sink.lines();
}

const lines = (ids: readonly number[], trips: (id: number) => number | undefined): string[] =>
  VIEWS.flatMap((_, view) =>
    ids.flatMap((id, row) => {
      const value = trips(id);
      if (value === undefined) return [];
      const hex = Buffer.from(int64Value(value)).toString('hex');
      return [`${view}/${row} 0=${hex}`, `${view}/${row} @1772359200000000`];
    }),
  ).toSorted();

describe('rows that were read', () => {
  it('are not read again, nor is what was not there; the rest is', () => {
    writer.write(rowsOf([1, 2, 3], 5));
    const trips = (id: number): number | undefined => (id <= 3 ? 5 : undefined);
    expect(read([1, 2, 9])).toEqual(lines([1, 2, 9], trips));
    expect(connection.asked).toHaveLength(1);
    expect(read([9, 1])).toEqual(lines([9, 1], trips));
    expect(connection.asked).toHaveLength(0);
    expect(read([1, 3, 2])).toEqual(lines([1, 3, 2], trips));
    // Both views share the one key that was missing.
    expect(connection.asked).toEqual([[driverKey(3)]]);
    expect(cache).toMatchObject({ hits: 4 + 4, misses: 6 + 2 });
  });

  it('are those of other plans for the same features, and of no others', () => {
    writer.write(rowsOf([1], 5));
    read([1]);
    expect(read([1], reader(readPlan('drivers', { viewName: 'b' }, { viewName: 'a' })))).toHaveLength(4);
    expect(connection.asked).toHaveLength(0);
    const others = readPlan('drivers', { viewName: 'a' }, { viewName: 'b', features: ['none'] });
    expect(read([1], reader(others))).toEqual([
      '0/0 0=2005',
      '0/0 @1772359200000000',
      '1/0 @1772359200000000',
    ]);
    expect(connection.asked).toHaveLength(1);
  });

  it('may share a list of keys with a view of which they are not kept', () => {
    writer.write(rowsOf([1, 2], 5));
    const single = readPlan('drivers', { viewName: 'a' }, { viewName: 'a' });
    read([1], reader(single));
    expect(read([2, 1])).toEqual(lines([2, 1], () => 5));
    expect(read([2, 1])).toEqual(lines([2, 1], () => 5));
    expect(connection.asked).toHaveLength(0);
  });

  it('are passed by where there are too many', () => {
    writer.write(rowsOf([1], 5));
    const many = Array.from({ length: 3000 }, (_, id) => id);
    expect(read(many)).toHaveLength(4);
    expect(cache).toMatchObject({ hits: 0, misses: 0 });
  });

  it('do not keep what a sink refused half of', () => {
    writer.write(rowsOf([1, 2], 5));
    const refusing = new RecordingSink();
    let cells = 0;
    refusing.cell = () => {
      if (++cells === 3) throw new Error('enough');
    };
    connection.prepareForRead();
    const keys = [1, 2].map(driverKey);
    const refused = () => reader().read(connection, [keys, keys], refusing, Deadline.after(5000));
    expect(refused).toThrow('enough');
    connection.rollback();
    expect(read([1, 2])).toEqual(lines([1, 2], () => 5));
  });
});

describe.each(['DELETE', 'WAL'])('in the journal mode %s', (mode) => {
  beforeEach(() => writer.exec(`PRAGMA journal_mode=${mode}`));

  it('a commit is seen by the next read, whatever is kept', () => {
    const ids = [1, 2, 3];
    for (let trips = 1; trips < 50; trips++) {
      // Every third commit changes another row than those that are read.
      writer.write(rowsOf(trips % 3 === 0 ? [77] : ids, trips));
      const now = trips % 3 === 0 ? trips - 1 : trips;
      expect(read(ids)).toEqual(lines(ids, () => now));
      expect(read(ids)).toEqual(lines(ids, () => now));
    }
    writer.exec('DELETE FROM drivers_a; DELETE FROM drivers_b');
    expect(read(ids)).toEqual([]);
  });

  it('a read sees one moment, of what is kept and what is not', () => {
    const random = new SeededRandom(3);
    const ids = Array.from({ length: 8 }, (_, id) => id);
    writer.write(rowsOf(ids, 0));
    for (let trips = 1; trips <= 300; trips++) {
      if (random.integer(0, 2) === 0) writer.write(rowsOf(ids, trips));
      const some = ids.filter(() => random.integer(0, 1) === 0);
      if (some.length === 0) continue;
      const values = new Set(
        read(some)
          .filter((line) => line.includes('='))
          .map((line) => line.split('=')[1]),
      );
      expect(values.size).toBeLessThanOrEqual(1);
    }
    expect(cache.hits).toBeGreaterThan(100);
  });
});

describe('a store that keeps rows', () => {
  it('keeps none of a file that was replaced by one with as many commits', async () => {
    folder.fill([folder.row(1)]);
    expect(await readLines(folder.store, folder.plan, folder.keys)).toEqual(folder.found(1));
    folder.fill([folder.row(2)], { path: `${folder.path}.new` });
    renameSync(`${folder.path}.new`, folder.path);
    await new Promise((resolve) => setTimeout(resolve, 2 * SqliteStoreFolder.CHECK_MS));
    expect(await readLines(folder.store, folder.plan, folder.keys)).toEqual(folder.found(2));
  });

  it('reads like one that keeps none, whatever is written meanwhile', async () => {
    const random = new SeededRandom(8);
    const plain = new SqliteOnlineStore({ path: folder.path });
    const keeping = new SqliteOnlineStore({ path: folder.path, rowCacheBytes: 30_000 });
    writer.write(rowsOf([0], 0));
    for (let step = 0; step < 400; step++) {
      const ids = Array.from({ length: random.integer(1, 20) }, () => random.integer(0, 200));
      if (random.integer(0, 9) === 0) writer.write(rowsOf([...new Set(ids)], step));
      const keys = [...new Set(ids)].map(driverKey);
      const lists = random.integer(0, 1) === 0 ? [keys, keys] : [keys, [...keys].reverse()];
      expect(await readLines(keeping, plan, lists)).toEqual(await readLines(plain, plan, lists));
    }
    expect(keeping.keptRows?.hits).toBeGreaterThan(100);
    await Promise.all([plain.close(), keeping.close()]);
  });
});
