import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  documentQuery,
  idsOf,
  LENGTH,
  randomDocument,
  type StoredDocument,
  writeDocuments,
} from '../../../../../test/support/document-store.js';
import { SeededRandom } from '../../../../../test/support/random.js';
import { driverKey } from '../../../../../test/support/stored-rows.js';
import { searchEngineOn } from '../../../../../test/support/search-engine.js';
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

function vectorOf(random: SeededRandom): Float32Array {
  return Float32Array.from({ length: LENGTH }, () => random.next() * 2 - 1);
}

/** In double precision, by the book. */
const EXACT: Readonly<
  Record<DocumentQuery['metric'], (a: readonly number[], b: readonly number[]) => number>
> = {
  l2: (a, b) => Math.sqrt(sum(a.map((x, at) => (x - b[at]!) ** 2))),
  cosine: (a, b) => 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
  inner_product: (a, b) => -dot(a, b),
};

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return sum(a.map((x, at) => x * b[at]!));
}

describe('a search by vector', () => {
  it.each(['l2', 'cosine', 'inner_product'] as const)(
    'finds by %s what is nearest: recall 1.0',
    async (metric) => {
      const documents = randomDocuments(3, 3000);
      await writeDocuments(path, documents);
      const engine = engineOn();
      const random = new SeededRandom(4);
      for (let round = 0; round < 50; round++) {
        const vector = vectorOf(random);
        const distances = documents.map((document) => EXACT[metric](document.vector!, [...vector]));
        const nearest = [...documents.keys()].toSorted((a, b) => distances[a]! - distances[b]!).slice(0, 10);
        expect(found(engine, { vector, metric })).toEqual(nearest);
      }
    },
  );

  it('answers the same from the file, by sqlite-vec, as from its index', async () => {
    const random = new SeededRandom(8);
    // Few different vectors: most distances are shared by many documents, over several chunks.
    const few = Array.from({ length: 20 }, () => randomDocument(random, 0).vector);
    const documents = randomDocuments(5, 2500).map((document) => ({ ...document, vector: random.pick(few) }));
    await writeDocuments(path, documents);
    const [byExtension, byIndex] = [engineOn({ extensionPath: sqliteVecPath() }), engineOn()];
    for (const metric of ['l2', 'cosine'] as const) {
      for (const topK of [1, 7, 130, 1500, 4000]) {
        const query = documentQuery({ vector: vectorOf(random), metric, topK });
        // Another generation each time: it is the first search after a change that reads the file.
        touch(path);
        expect(byExtension.search(query, WAIT_MS)).toEqual(byIndex.search(query, WAIT_MS));
        expect(byExtension.search(query, WAIT_MS)).toEqual(byIndex.search(query, WAIT_MS));
      }
    }
  });

  it('passes over documents without a vector, and vectors of another length', async () => {
    const documents = randomDocuments(1, 5);
    await writeDocuments(path, [{ ...documents[0]!, vector: null }, ...documents.slice(1)]);
    const database = new DatabaseSync(path);
    database
      .prepare(
        "UPDATE shop_documents SET value = x'82010a0a080000803f00000040' WHERE entity_key = ? AND feature_name = 'embedding'",
      )
      .run(driverKey(3));
    database.close();
    for (const extensionPath of [undefined, sqliteVecPath()]) {
      const engine = engineOn({ extensionPath });
      const vector = Float32Array.from(documents[1]!.vector!);
      expect(found(engine, { vector }).toSorted((a, b) => a - b)).toEqual([1, 2, 4]);
      expect(found(engine, { vector }).toSorted((a, b) => a - b)).toEqual([1, 2, 4]);
    }
  });

  it('reads tables of older versions of Feast, and those that Feast filled without numbers', async () => {
    const documents = randomDocuments(9, 20);
    await writeDocuments(path, documents);
    const database = new DatabaseSync(path);
    database.exec(
      'ALTER TABLE shop_documents DROP COLUMN value_num; ALTER TABLE shop_documents DROP COLUMN value_text',
    );
    database.exec('UPDATE shop_documents SET vector_value = NULL');
    database.close();
    const filter = {
      kind: 'comparison',
      operator: 'lt',
      feature: 'price',
      operand: { kind: 'number', values: [10] },
    } as const;
    const cheap = documents.flatMap(({ id, price }) => (price !== null && price < 10 ? id : []));
    const vector = Float32Array.from(documents[0]!.vector!);
    expect(found(engineOn(), { vector, filter, topK: 100 }).toSorted((a, b) => a - b)).toEqual(cheap);
  });
});

describe('filters', () => {
  it('come before the cut, or after it where that is wanted', async () => {
    const documents = randomDocuments(13, 500);
    await writeDocuments(path, documents);
    const engine = engineOn();
    const random = new SeededRandom(14);
    for (let round = 0; round < 20; round++) {
      const vector = vectorOf(random);
      const filter = {
        kind: 'comparison',
        operator: 'eq',
        feature: 'category',
        operand: { kind: 'text', values: ['b'] },
      } as const;
      const order = documents.toSorted(
        (a, b) => EXACT.l2(a.vector!, [...vector]) - EXACT.l2(b.vector!, [...vector]),
      );
      const ids = (list: readonly StoredDocument[]): number[] => list.map(({ id }) => id);
      const passing = (list: readonly StoredDocument[]) => list.filter(({ category }) => category === 'b');
      expect(found(engine, { vector, filter })).toEqual(ids(passing(order).slice(0, 10)));
      expect(found(engine, { vector, filter, filterTime: 'after' })).toEqual(
        ids(passing(order.slice(0, 10))),
      );
    }
  });
});

describe('a search by text', () => {
  it('finds all that match, with ranks that stay the same, and nothing of the keys', async () => {
    const documents = randomDocuments(21, 300);
    await writeDocuments(path, documents);
    const engine = engineOn();
    const query = documentQuery({ text: 'apple sky', topK: 1000 });
    const first = engine.search(query, WAIT_MS);
    const matching = documents.filter(({ content }) => /apple/.test(content!) && /sky/.test(content!));
    expect(idsOf(first.keys).toSorted((a, b) => a - b)).toEqual(matching.map(({ id }) => id));
    expect([...first.textRanks]).toEqual([...first.textRanks].toSorted((a, b) => a - b));
    for (let again = 0; again < 3; again++) expect(engine.search(query, WAIT_MS)).toEqual(first);
    touch(path);
    expect(engine.search(query, WAIT_MS)).toEqual(first);
    expect(found(engine, { text: 'driver_id' })).toEqual([]);
  });

  it.each([
    "what's that?",
    'AND',
    '"',
    'content:',
    'apple AND',
    '(((',
    'NEAR(',
    '*',
    '\0',
    "'; DROP TABLE x; --",
  ])('takes %j', async (text) => {
    await writeDocuments(path, randomDocuments(2, 3));
    expect(Array.isArray(found(engineOn(), { text }))).toBe(true);
  });

  it('has those of equal rank in the order of their keys, however many there are', async () => {
    const documents = randomDocuments(22, 400).map((document) => ({ ...document, content: 'same words' }));
    await writeDocuments(path, documents);
    const engine = engineOn();
    const all = {
      kind: 'comparison',
      operator: 'ne',
      feature: 'category',
      operand: { kind: 'text', values: ['z'] },
    };
    for (const topK of [1, 7, 50, 150, 399]) {
      const best = engine.search(documentQuery({ text: 'words', topK }), WAIT_MS);
      // With a filter all are looked at, without one only as many as are needed.
      const filter = all as DocumentQuery['filter'];
      expect(best).toEqual(engine.search(documentQuery({ text: 'words', topK, filter }), WAIT_MS));
      const pairs = best.keys.slice(1).map((key, at) => [best.keys[at]!, key] as const);
      const equals = pairs.filter((_, at) => best.textRanks[at] === best.textRanks[at + 1]);
      expect(equals.every(([before, key]) => Buffer.compare(before, key) === -1)).toBe(true);
    }
  });

  it('goes together with one by vector: what is good in both comes first', async () => {
    const documents = randomDocuments(31, 400);
    const both = { ...documents[7]!, content: 'zebra zebra' };
    const textOnly = { ...documents[8]!, content: 'zebra', vector: null };
    documents.splice(7, 2, both, textOnly);
    await writeDocuments(path, documents);
    const vector = Float32Array.from(both.vector!);
    const hits = engineOn().search(documentQuery({ vector, text: 'zebra', topK: 5 }), WAIT_MS);
    expect(idsOf(hits.keys)).toContain(8);
    expect(idsOf(hits.keys)[0]).toBe(7);
    expect(hits.distances[0]).toBe(0);
    expect(hits.textRanks[0]).toBeLessThan(0);
    expect(hits.distances[idsOf(hits.keys).indexOf(8)]).toBeNaN();
    expect(hits.textRanks.at(-1)).toBeNaN();
  });
});

/** Somebody changes the file, and nothing of the documents. */
function touch(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE IF NOT EXISTS touched (at); INSERT INTO touched VALUES (1)');
  database.close();
}
