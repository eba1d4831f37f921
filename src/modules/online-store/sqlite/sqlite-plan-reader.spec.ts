import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { SqliteStoreFolder } from '../../../../test/support/sqlite-store-folder.js';
import { driverKey, int64Value, readPlan } from '../../../../test/support/stored-rows.js';
import { Deadline } from '../../../common/model/deadline.js';
import { SqliteConnection } from './sqlite-connection.js';
import { SqlitePlanReader } from './sqlite-plan-reader.js';

/** A connection that remembers what it was asked. */
class ListeningConnection extends SqliteConnection {
  readonly asked: { readonly sql: string; readonly parameters: readonly SQLInputValue[] }[] = [];

  override get(sql: string, parameters: readonly SQLInputValue[]): SQLOutputValue[] {
    this.asked.push({ sql, parameters });
    return super.get(sql, parameters);
  }
}

let folder: SqliteStoreFolder;
let connection: ListeningConnection;

beforeEach(() => {
  folder = new SqliteStoreFolder();
  const options = { cacheBytes: 1_000_000, maxResultBytes: 1_000_000_000, replacementCheckMs: 1000 };
  connection = new ListeningConnection({ path: folder.path, ...options });
});
afterEach(async () => {
  connection.close();
  await folder.remove();
});

const read = (reader: SqlitePlanReader, keys: readonly (readonly Uint8Array[])[]): string[] => {
  const sink = new RecordingSink();
  connection.prepareForRead();
  reader.read(connection, keys, sink, Deadline.after(5000));
  return sink.lines();
};

const named = (count: number): Map<string, Uint8Array> =>
  new Map(Array.from({ length: count }, (_, index) => [`f${index}`, int64Value(index)]));

describe('statements', () => {
  it('read all views at once, and share the keys that views share', () => {
    folder.fill(['a', 'b', 'c'].map((viewName) => folder.row(1, { viewName })));
    const plan = readPlan('drivers', ...['a', 'b', 'c', 'a'].map((viewName) => ({ viewName })));
    const shared = [1001, 1002].map(driverKey);
    const reader = new SqlitePlanReader(plan);
    expect(read(reader, [shared, shared, [driverKey(1001)], shared])).toHaveLength(8);
    expect(read(reader, [[driverKey(1001)], shared, shared, shared])).toHaveLength(8);
    expect(connection.asked.map(({ parameters }) => parameters.length)).toEqual([2, 2]);
  });

  it('take no more keys, cells and views than they may', () => {
    folder.fill([folder.row(1)]);
    const keys = Array.from({ length: 1000 }, (_, id) => driverKey(id));
    read(new SqlitePlanReader(readPlan('drivers', {})), [keys]);
    expect(connection.asked).toHaveLength(2);
    read(new SqlitePlanReader(readPlan('drivers', { features: [...named(500).keys()] })), [keys]);
    expect(connection.asked).toHaveLength(2 + 11);
    read(new SqlitePlanReader(readPlan('drivers', ...Array.from({ length: 150 }, () => ({})))), [
      keys.slice(0, 2),
    ]);
    expect(connection.asked).toHaveLength(2 + 11 + 2);
  });
});

describe('rows that hold more than is asked for', () => {
  const looksUp = (): boolean[] => connection.asked.map(({ sql }) => sql.includes('feature_name IN'));

  it.each([
    ['200 features more', named(200), true],
    ['two features more', named(3), false],
    ['one large value more', new Map([...named(1), ['large', Buffer.alloc(50_000)]]), true],
  ])('are read feature by feature after the first time: %s', (_, values, later) => {
    folder.fill([1, 2, 3].map((id) => folder.row(0, { entityKey: driverKey(id), values })));
    const reader = new SqlitePlanReader(readPlan('drivers', { features: ['f0'] }));
    const keys = [[1, 2, 3, 4].map(driverKey)];
    const first = read(reader, keys);
    expect(read(reader, keys)).toEqual(first);
    expect(read(reader, keys)).toEqual(first);
    expect(first).toHaveLength(6);
    expect(looksUp()).toEqual([false, later, later]);
  });
});
