import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quote } from '../../../../test/support/feast-sqlite-file.js';
import { tableName } from './sqlite-names.js';
import { type KeySource, readStatement } from './sqlite-read-statement.js';

describe('tableName', () => {
  it.each([
    [0, 'drivers_stats'],
    [1, 'drivers_stats_v1'],
    [12, 'drivers_stats_v12'],
  ])('of version %i is %s', (version, name) => {
    expect(tableName('drivers', 'stats', version)).toBe(name);
  });
});

describe('readStatement', () => {
  const TABLE = 'drivers_it\'s "odd"';
  const LIST: KeySource = { parameter: 1, kind: 'list' };
  const ONE: KeySource = { parameter: 1, kind: 'one' };
  let database: DatabaseSync;

  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    for (const table of [TABLE, 'drivers_old']) {
      database.exec(`CREATE TABLE ${quote(table)} (entity_key BLOB, feature_name TEXT, value BLOB,
        event_ts timestamp, created_ts timestamp, PRIMARY KEY(entity_key, feature_name))`);
    }
    // Databases of older versions have no index on the key alone.
    database.exec(`CREATE INDEX ${quote(`${TABLE}_ek`)} ON ${quote(TABLE)} (entity_key)`);
  });
  afterEach(() => database.close());

  const stepsOf = (sql: string): string[] =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
      .filter((detail) => detail.includes('drivers_'));

  it.each([
    ['with the index of the key', TABLE, `${TABLE}_ek`],
    ['without it', 'drivers_old', 'sqlite_autoindex_drivers_old_1'],
  ])('looks keys up by an index and never scans a table, %s', (_, table, index) => {
    for (const keys of [LIST, ONE]) {
      expect(stepsOf(readStatement([{ table, keys }]))).toEqual([
        `SEARCH ${table} USING INDEX ${index} (entity_key=?)`,
      ]);
    }
  });

  it.each([TABLE, 'drivers_old'])('looks single features up by an index (%s)', (table) => {
    for (const keys of [LIST, ONE]) {
      const steps = stepsOf(readStatement([{ table, keys, onlyFeatures: ['a', 'b', 'c'] }]));
      expect(steps).toHaveLength(2);
      expect(steps.every((step) => step.startsWith(`SEARCH ${table} USING INDEX`))).toBe(true);
      expect(steps.filter((step) => step.endsWith('(entity_key=? AND feature_name=?)'))).toHaveLength(1);
    }
  });

  it('returns a record for each key that has rows', () => {
    const insert = database.prepare(`INSERT INTO ${quote(TABLE)} VALUES (?, ?, ?, ?, NULL)`);
    insert.run(Buffer.from('01', 'hex'), "it's", Buffer.from('2007', 'hex'), 5n);
    insert.run(Buffer.from('01', 'hex'), 'b"', Buffer.from('', 'hex'), 4n);
    insert.run(Buffer.from('03', 'hex'), 'b"', Buffer.from('2009', 'hex'), 6n);
    const sql = readStatement([
      { table: TABLE, keys: LIST },
      { table: 'drivers_old', keys: LIST },
      { table: TABLE, keys: { parameter: 2, kind: 'one' } },
      { table: TABLE, keys: LIST, onlyFeatures: ["it's", 'none', 'nul\0'] },
    ]);
    const columns = Object.values(database.prepare(sql).get('["01","02","03"]', Buffer.from([3])) ?? {});
    const texts = columns.map((column) => column && Buffer.from(column as Uint8Array).toString());
    expect(texts).toEqual([
      '0,4{"it\'s":"2007","b\\"":""}2,6{"b\\"":"2009"}',
      null,
      '0,6{"b\\"":"2009"}',
      '0,4{"it\'s":"2007"}2,6{}',
    ]);
  });
});
