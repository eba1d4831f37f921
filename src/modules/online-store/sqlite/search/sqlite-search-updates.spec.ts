import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  documentBatch,
  documentQuery,
  documentWriter,
  idsOf,
  LENGTH,
  randomDocument,
  type StoredDocument,
  writeDocuments,
} from '../../../../../test/support/document-store.js';
import { idsWithWord, NaiveStore, nearestIds } from '../../../../../test/support/naive-search.js';
import { runSeed, SeededRandom } from '../../../../../test/support/random.js';
import { driverKey } from '../../../../../test/support/stored-rows.js';
import { searchEngineOn } from '../../../../../test/support/search-engine.js';
import { encodeValue } from '../../../../common/codec/value.codec.js';
import { Deadline } from '../../../../common/model/deadline.js';
import { ValueType } from '../../../../common/model/value.js';
import type { DocumentQuery } from '../../document-search.js';
import { CommitNotices } from '../notices/commit-notices.js';
import { NoticeLog } from '../notices/notice-log.js';
import type { WriteNotice } from '../notices/write-notice.codec.js';
import type { SqliteOnlineStoreWriter } from '../sqlite-online-store-writer.js';
import type { SqliteSearchEngine } from './sqlite-search-engine.js';
import { sqliteVecPath } from './sqlite-vec-extension.js';
import { StoredDocuments } from './stored-documents.js';

const COUNT = 300;
const ROUNDS = 60;
const WAIT_MS = 5000;

let folder: string;
let path: string;
let noticePath: string;
const engines: SqliteSearchEngine[] = [];
const writers: SqliteOnlineStoreWriter[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-search-'));
  path = join(folder, 'online_store.db');
  noticePath = join(folder, 'changes');
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const engine of engines.splice(0)) engine.close();
  await Promise.all(writers.splice(0).map((writer) => writer.close()));
  rmSync(folder, { recursive: true });
});

function engineOn(
  options: { readonly noticePath?: string; readonly extensionPath?: string | undefined } = {},
) {
  const engine = searchEngineOn(path, options);
  engines.push(engine);
  return engine;
}

function ownWriter(log: ConstructorParameters<typeof CommitNotices>[0] = new NoticeLog(noticePath)) {
  const writer = documentWriter(path, new CommitNotices(log));
  writers.push(writer);
  return (documents: readonly StoredDocument[]) =>
    writer.write(documentBatch(documents), Deadline.after(30_000));
}

const FILTER = {
  kind: 'or',
  filters: [
    { kind: 'comparison', operator: 'lt', feature: 'price', operand: { kind: 'number', values: [8] } },
    { kind: 'comparison', operator: 'eq', feature: 'category', operand: { kind: 'text', values: ['b'] } },
  ],
} as const;

function queries(random: SeededRandom): DocumentQuery[] {
  const vector = Float32Array.from({ length: LENGTH }, () => random.next() * 2 - 1);
  const text = random.pick(['apple', 'red sky', 'run', 'green OR car', 'Oslo']);
  return [
    documentQuery({ vector }),
    documentQuery({ vector, metric: 'cosine', topK: 2000 }),
    documentQuery({ text, topK: 2000 }),
    documentQuery({ vector, filter: FILTER, topK: 2000 }),
    documentQuery({ vector, text, filter: FILTER }),
  ];
}

/** Whether nothing but single documents was read since `watch`. */
function watchReads(): { readonly whole: () => number } {
  const rows = vi.spyOn(StoredDocuments.prototype, 'rowsOf');
  const texts = vi.spyOn(StoredDocuments.prototype, 'texts');
  return {
    whole: () =>
      rows.mock.calls.filter((call) => call[2] === undefined).length +
      texts.mock.calls.filter((call) => call[2] === undefined).length,
  };
}

/** Documents among those that are there, some of them new, some without one thing or another. */
function someDocuments(random: SeededRandom, next: () => number): StoredDocument[] {
  return Array.from({ length: random.integer(1, 12) }, () => {
    const document = randomDocument(random, random.chance(0.3) ? next() : random.integer(0, COUNT - 1));
    if (random.chance(0.1)) return { ...document, vector: null };
    return random.chance(0.1) ? { ...document, content: null } : document;
  });
}

/** What somebody else does. */
function foreignWrite(random: SeededRandom, database: DatabaseSync): void {
  const key = driverKey(random.integer(0, COUNT - 1));
  const { vector, content } = randomDocument(random, 0);
  const set = database.prepare(
    'UPDATE shop_documents SET value = ? WHERE entity_key = ? AND feature_name = ?',
  );
  const kind = random.integer(0, 3);
  if (kind === 0) set.run(encodeValue({ type: ValueType.FLOAT_LIST, value: vector! }), key, 'embedding');
  else if (kind === 1) set.run(encodeValue({ type: ValueType.STRING, value: content! }), key, 'content');
  else if (kind === 2) database.prepare('DELETE FROM shop_documents WHERE entity_key = ?').run(key);
  else database.exec('VACUUM');
}

describe('an index that follows writes', () => {
  it('answers as one that was made anew, and as the rows say, after each write of anybody', async () => {
    const random = new SeededRandom(runSeed());
    await writeDocuments(
      path,
      Array.from({ length: COUNT }, (_, id) => randomDocument(random, id)),
    );
    let lastId = COUNT;
    const own = ownWriter();
    const silent = ownWriter({ append: () => undefined, close: () => undefined });
    const foreign = new DatabaseSync(path, { timeout: 5000 });
    const naive = new NaiveStore(path);
    const engine = engineOn({ noticePath });
    for (let round = 0; round < ROUNDS; round++) {
      const documents = someDocuments(random, () => lastId++);
      const kind = random.next();
      if (kind < 0.7) await own(documents);
      else if (kind < 0.85) await silent(documents);
      else foreignWrite(random, foreign);
      // Some writes are not followed by a search, and some searches need a part of the index only.
      if (random.chance(0.3)) continue;
      const fresh = engineOn({ extensionPath: random.chance(0.5) ? sqliteVecPath() : undefined });
      for (const query of queries(random).filter(() => random.chance(0.5))) {
        expect(engine.search(query, WAIT_MS), `round ${round}`).toEqual(fresh.search(query, WAIT_MS));
      }
      fresh.close();
      const stored = naive.documents();
      const vector = Float32Array.from({ length: LENGTH }, () => random.next() * 2 - 1);
      const near = engine.search(documentQuery({ vector }), WAIT_MS);
      expect(idsOf(near.keys), `round ${round}`).toEqual(nearestIds(stored, vector, 10));
      const matching = engine.search(documentQuery({ text: 'apple', topK: 5000 }), WAIT_MS);
      expect(
        idsOf(matching.keys).toSorted((a, b) => a - b),
        `round ${round}`,
      ).toEqual(idsWithWord(stored, 'apple'));
    }
    naive.close();
    foreign.close();
  }, 120_000);

  it('reads after our own writes those documents alone, and after those of others everything', async () => {
    const random = new SeededRandom(5);
    const documents = Array.from({ length: COUNT }, (_, id) => randomDocument(random, id));
    await writeDocuments(path, documents);
    const own = ownWriter();
    const engine = engineOn({ noticePath, extensionPath: sqliteVecPath() });
    const searchAll = (): void => {
      for (const query of queries(random)) engine.search(query, WAIT_MS);
    };
    searchAll();
    searchAll();
    const reads = watchReads();
    for (let round = 0; round < 20; round++) {
      await own(someDocuments(random, () => COUNT + round));
      // Rows that are as they were.
      await own([documents[0]!]);
      await own([documents[0]!]);
      searchAll();
    }
    expect(reads.whole()).toBe(0);
    await writeDocuments(path, [{ ...documents[1]!, content: 'something else' }]);
    searchAll();
    searchAll();
    expect(reads.whole()).toBeGreaterThan(0);
  });

  it('reads everything when a notice is missing: the writer ended between commit and notice', async () => {
    const random = new SeededRandom(6);
    await writeDocuments(path, [randomDocument(random, 1), randomDocument(random, 2)]);
    const engine = engineOn({ noticePath });
    const found = (text: string): number[] => idsOf(engine.search(documentQuery({ text }), WAIT_MS).keys);
    expect(found('first')).toEqual([]);
    const killed = ownWriter({ append: () => undefined, close: () => undefined });
    await killed([{ ...randomDocument(random, 1), content: 'first' }]);
    // Its successor tells of its own writes, and they lead from a state that nobody told of.
    const next = ownWriter();
    await next([{ ...randomDocument(random, 2), content: 'second' }]);
    expect([found('first'), found('second')]).toEqual([[1], [2]]);
  });

  it('takes no notice of a write that somebody else followed before it could be told', async () => {
    const random = new SeededRandom(7);
    await writeDocuments(path, [randomDocument(random, 1), randomDocument(random, 2)]);
    const notices: WriteNotice[] = [];
    const foreign = new DatabaseSync(path, { timeout: 5000 });
    const log = new NoticeLog(noticePath);
    const own = ownWriter({
      append: (notice) => {
        notices.push(notice);
        log.append(notice);
      },
      close: () => log.close(),
    });
    const engine = engineOn({ noticePath });
    const found = (text: string): number[] => idsOf(engine.search(documentQuery({ text }), WAIT_MS).keys);
    expect(found('third')).toEqual([]);
    await own([{ ...randomDocument(random, 1), content: 'third' }]);
    foreign
      .prepare("UPDATE shop_documents SET value = ? WHERE feature_name = 'content' AND entity_key = ?")
      .run(encodeValue({ type: ValueType.STRING, value: 'third' }), driverKey(2));
    await own([{ ...randomDocument(random, 3), content: 'third' }]);
    expect(notices).toHaveLength(2);
    expect(notices[0]?.to).not.toBe(notices[1]?.from);
    expect(found('third').toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    foreign.close();
  });
});
