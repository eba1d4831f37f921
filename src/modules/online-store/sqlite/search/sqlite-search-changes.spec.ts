import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  documentQuery,
  DOCUMENTS,
  idsOf,
  LENGTH,
  randomDocument,
  type StoredDocument,
  writeDocuments,
} from '../../../../../test/support/document-store.js';
import { SeededRandom } from '../../../../../test/support/random.js';
import { driverKey } from '../../../../../test/support/stored-rows.js';
import { searchEngineOn } from '../../../../../test/support/search-engine.js';
import { NotFoundError, NotSupportedError, UnavailableError } from '../../../../common/errors/errors.js';
import type { DocumentQuery } from '../../document-search.js';
import type { SqliteSearchEngine, SqliteSearchOptions } from './sqlite-search-engine.js';
import { sqliteVecPath } from './sqlite-vec-extension.js';

const WAIT_MS = 1000;

let folder: string;
let path: string;
const engines: SqliteSearchEngine[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-search-'));
  path = join(folder, 'online_store.db');
});
afterEach(() => {
  for (const engine of engines.splice(0)) engine.close();
  rmSync(folder, { recursive: true });
});

function engineOn(options: Partial<SqliteSearchOptions> = {}): SqliteSearchEngine {
  const engine = searchEngineOn(path, options);
  engines.push(engine);
  return engine;
}

function found(engine: SqliteSearchEngine, query: Partial<DocumentQuery>): number[] {
  return idsOf(engine.search(documentQuery(query), WAIT_MS).keys);
}

function randomDocuments(seed: number, count: number): StoredDocument[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, id) => randomDocument(random, id));
}

describe('what is written meanwhile', () => {
  it('is found by the next search, whoever wrote it', async () => {
    const documents = randomDocuments(41, 50);
    await writeDocuments(path, documents);
    const engine = engineOn({ extensionPath: sqliteVecPath() });
    const vector = new Float32Array(LENGTH).fill(5);
    const filter = {
      kind: 'comparison',
      operator: 'eq',
      feature: 'category',
      operand: { kind: 'text', values: ['new'] },
    } as const;
    expect(found(engine, { vector, filter })).toEqual([]);
    for (let id = 100; id < 110; id++) {
      // A new document, and then another value of it.
      await writeDocuments(path, [
        { ...documents[0]!, id, vector: [...vector], content: `word${id}`, category: 'new' },
      ]);
      expect(found(engine, { vector, topK: 1 })).toHaveLength(1);
      expect(found(engine, { vector, topK: 1 })).toEqual(found(engine, { vector, topK: 1, filter }));
      expect(found(engine, { text: `word${id}` })).toEqual([id]);
      await writeDocuments(path, [{ ...documents[0]!, id, content: `other${id}`, category: 'old' }]);
      expect([found(engine, { text: `word${id}` }), found(engine, { text: `other${id}` })]).toEqual([
        [],
        [id],
      ]);
      expect(found(engine, { vector, filter })).toEqual([]);
    }
    const foreign = new DatabaseSync(path);
    foreign.prepare('DELETE FROM shop_documents WHERE entity_key = ?').run(driverKey(109));
    expect(found(engine, { text: 'other109' })).toEqual([]);
    expect(found(engine, { vector, topK: 1000 })).not.toContain(109);
    foreign.exec('PRAGMA journal_mode=WAL');
    foreign.prepare('DELETE FROM shop_documents WHERE entity_key = ?').run(driverKey(108));
    expect(found(engine, { text: 'other108' })).toEqual([]);
    foreign.close();
  });

  it('is found when another file has taken the place of the first', async () => {
    await writeDocuments(path, randomDocuments(1, 5));
    const engine = engineOn();
    expect(found(engine, { text: 'unheard' })).toEqual([]);
    const other = join(folder, 'other.db');
    copyFileSync(path, other);
    await writeDocuments(other, [{ ...randomDocuments(1, 1)[0]!, id: 77, content: 'unheard of' }]);
    renameSync(other, path);
    expect(found(engine, { text: 'unheard' })).toEqual([77]);
  });

  it('may be found later where the settings allow it', async () => {
    await writeDocuments(path, randomDocuments(1, 5));
    const [patient, exact] = [engineOn({ maxStalenessMs: 60_000 }), engineOn()];
    expect([found(patient, { text: 'unheard' }), found(exact, { text: 'unheard' })]).toEqual([[], []]);
    await writeDocuments(path, [{ ...randomDocuments(1, 1)[0]!, id: 77, content: 'unheard of' }]);
    expect([found(patient, { text: 'unheard' }), found(exact, { text: 'unheard' })]).toEqual([[], [77]]);
  });
});

describe('what cannot be done', () => {
  it('is told: no file, no table, a lock that stays, too little memory', async () => {
    const vector = new Float32Array(LENGTH);
    expect(() => found(engineOn(), { vector })).toThrow(UnavailableError);
    await writeDocuments(path, randomDocuments(1, 2000));
    const engine = engineOn();
    const nowhere = { ...DOCUMENTS, viewName: 'nowhere' };
    expect(() => found(engine, { vector, view: nowhere })).toThrow(NotFoundError);
    expect(() => found(engineOn({ indexBytes: 100_000 }), { vector })).toThrow(NotSupportedError);
    expect(() => found(engineOn({ indexBytes: 100_000 }), { text: 'apple' })).toThrow(NotSupportedError);
    const locker = new DatabaseSync(path);
    locker.exec('BEGIN EXCLUSIVE');
    expect(() => engine.search(documentQuery({ vector }), 50)).toThrow(UnavailableError);
    locker.exec('ROLLBACK');
    locker.close();
    expect(found(engine, { vector })).toHaveLength(10);
  });

  it('lets the view go that was not searched for longest, when memory is short', async () => {
    await writeDocuments(path, randomDocuments(1, 2000));
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE shop_second AS SELECT * FROM shop_documents');
    database.close();
    // Enough for one of them.
    const engine = engineOn({ indexBytes: 900_000 });
    const second = { ...DOCUMENTS, viewName: 'second' };
    const vector = new Float32Array(LENGTH);
    for (const view of [DOCUMENTS, second, DOCUMENTS, second]) {
      expect(found(engine, { vector, view })).toHaveLength(10);
    }
  });

  it('leaves the file as it is', async () => {
    await writeDocuments(path, randomDocuments(1, 100));
    const before = schemaOf(path);
    const engine = engineOn({ extensionPath: sqliteVecPath() });
    found(engine, { vector: new Float32Array(LENGTH) });
    found(engine, { vector: new Float32Array(LENGTH), text: 'apple' });
    expect(schemaOf(path)).toEqual(before);
  });
});

function schemaOf(file: string): unknown {
  const database = new DatabaseSync(file);
  const schema = database.prepare('SELECT * FROM sqlite_schema').all();
  const changes = database.prepare('SELECT count(*) FROM shop_documents').get();
  database.close();
  return [schema, changes];
}
