import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileIdentity } from '../sqlite-file.js';
import { fileState, isSameFile } from './file-state.js';

let folder: string;
let path: string;
let database: DatabaseSync;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-state-'));
  path = join(folder, 'online.db');
  database = new DatabaseSync(path);
  database.exec('CREATE TABLE t (k PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const state = (): string | undefined => fileState(path, fileIdentity(path) ?? '');

describe('fileState', () => {
  it('is another one after each change, whoever made it, and the same after none', () => {
    const other = new DatabaseSync(path);
    const seen = new Set([state()]);
    for (let value = 2; value < 40; value++) {
      const by = value % 2 === 0 ? database : other;
      by.prepare('UPDATE t SET v = ?').run(value);
      seen.add(state());
      // The same again changes nothing, though SQLite counts a changed row.
      expect(database.prepare('UPDATE t SET v = ?').run(value).changes).toBe(1);
      seen.add(state());
      database.exec('BEGIN; INSERT INTO t VALUES (99, 99); ROLLBACK');
      seen.add(state());
    }
    other.exec('VACUUM');
    seen.add(state());
    other.close();
    expect([...seen].every((each) => each !== undefined)).toBe(true);
    expect(seen.size).toBe(1 + 38 + 1);
  });

  it('cannot be told in WAL mode', () => {
    database.exec('PRAGMA journal_mode=WAL');
    expect(state()).toBeUndefined();
    database.exec('PRAGMA journal_mode=DELETE');
    expect(state()).toBeDefined();
  });

  it('is that of the file that the path named, and undefined for another', () => {
    const [identity, before] = [fileIdentity(path) ?? '', state() ?? ''];
    const successor = join(folder, 'other.db');
    const other = new DatabaseSync(successor);
    other.exec('CREATE TABLE t (k PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
    other.close();
    renameSync(successor, path);
    expect(fileState(path, identity)).toBe(before);
    expect(isSameFile(before, state() ?? '')).toBe(false);
    expect(fileState(path, '1:1')).toBeUndefined();
  });
});
