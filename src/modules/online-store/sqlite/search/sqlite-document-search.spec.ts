import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../../test/support/compiled-modules.js';
import {
  documentQuery,
  DOCUMENTS,
  idsOf,
  LENGTH,
  randomDocument,
  writeDocuments,
} from '../../../../../test/support/document-store.js';
import { SeededRandom } from '../../../../../test/support/random.js';
import { Deadline } from '../../../../common/model/deadline.js';
import { sqliteVecPath } from './sqlite-vec-extension.js';
import type * as Threaded from './sqlite-document-search.js';

const SOURCE = 'src/modules/online-store/sqlite/search/sqlite-document-search.ts';
const THREAD = 'src/modules/online-store/sqlite/search/document-search.worker.ts';
const COUNT = 20_000;

let modules: CompiledModules | undefined;
let compiled: typeof Threaded | undefined;
let folder: string;
let path: string;
let search: Threaded.SqliteDocumentSearch | undefined;

beforeAll(async () => {
  // A thread runs what the build makes: it is not under the test runner, which reads TypeScript.
  modules = await CompiledModules.compile([SOURCE, THREAD]);
  compiled = (await import(pathToFileURL(modules.pathOf(SOURCE)).href)) as typeof Threaded;
  folder = mkdtempSync(join(tmpdir(), 'salver-search-'));
  path = join(folder, 'online_store.db');
  const random = new SeededRandom(1);
  await writeDocuments(
    path,
    Array.from({ length: COUNT }, (_, id) => randomDocument(random, id)),
  );
});
afterEach(async () => {
  await search?.close();
  search = undefined;
});
afterAll(() => {
  modules?.remove();
  rmSync(folder, { recursive: true });
});

function create(given: Partial<ConstructorParameters<typeof Threaded.SqliteDocumentSearch>[0]> = {}) {
  if (compiled === undefined) throw new Error('not compiled');
  const options = {
    path,
    indexBytes: 1 << 30,
    maxStalenessMs: 0,
    extensionPath: undefined,
    noticePath: undefined,
    ...given,
  };
  return (search = new compiled.SqliteDocumentSearch(options));
}

const VECTOR = new Float32Array(LENGTH).fill(1);

describe('SqliteDocumentSearch', () => {
  it('builds indexes and searches while the process goes on with other things', async () => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const begunMs = performance.now();
    const searched = create().search(
      documentQuery({ vector: VECTOR, text: 'apple' }),
      Deadline.after(30_000),
    );
    const hits = await searched;
    delay.disable();
    expect(idsOf(hits.keys)).toHaveLength(10);
    // What it took would have been noticed.
    const tookMs = performance.now() - begunMs;
    expect(tookMs).toBeGreaterThan(100);
    expect(delay.max / 1e6).toBeLessThan(Math.max(80, tookMs / 2));
  });

  it('answers each of many searches at a time with its own documents', async () => {
    const service = create();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        service.search(documentQuery({ vector: VECTOR, topK: at + 1 }), Deadline.after(30_000)),
      ),
    );
    expect(answers.map(({ keys }) => keys.length)).toEqual(answers.map((_, at) => at + 1));
  });

  it('gives up at the deadline, and has the index for the next one', async () => {
    const service = create();
    const query = documentQuery({ vector: VECTOR, text: 'apple' });
    await expect(service.search(query, Deadline.after(5))).rejects.toThrow(/before the time was up/);
    await expect(service.search(query, Deadline.after(30_000))).resolves.toBeTruthy();
  });

  it.each(['with', 'without'])(
    'sees whole transactions, %s sqlite-vec, while two writers write',
    async (how) => {
      const own = join(folder, `${how}.db`);
      const random = new SeededRandom(7);
      const documents = Array.from({ length: 500 }, (_, id) => randomDocument(random, id));
      await writeDocuments(own, documents);
      const service = create({ path: own, extensionPath: how === 'with' ? sqliteVecPath() : undefined });
      const far = new Float32Array(LENGTH).fill(1000);
      const foreign = new DatabaseSync(own, { timeout: 5000 });
      let last = 0;
      const writing = (async () => {
        for (let round = 1; round <= 40; round++) {
          // Two documents, always written together, and always with the same vector and the same word.
          const vector = Array.from({ length: LENGTH }, () => 10 + round);
          const pair = [1, 2].map((id) => ({ ...documents[id]!, vector, content: `pair word${round}` }));
          await writeDocuments(own, pair);
          last = round;
          foreign.exec('BEGIN IMMEDIATE');
          foreign.prepare("UPDATE shop_documents SET event_ts = ? WHERE feature_name = 'live'").run(round);
          foreign.exec('COMMIT');
          await setTimeout(5);
        }
      })();
      let searches = 0;
      while (last < 40) {
        const before = last;
        const near = await service.search(documentQuery({ vector: far, topK: 2 }), Deadline.after(30_000));
        // Before the first pair is there, the nearest two are others.
        const isPair = before > 0 || near.distances[0] === near.distances[1];
        expect(isPair ? idsOf(near.keys).toSorted((a, b) => a - b) : [1, 2]).toEqual([1, 2]);
        expect(isPair ? near.distances[0] : 0).toBe(isPair ? near.distances[1] : 0);
        // What was stored before the search began is seen.
        const furthest = before > 0 ? Math.fround(Math.sqrt(LENGTH * (990 - before) ** 2)) : Infinity;
        expect(near.distances[0]).toBeLessThanOrEqual(furthest);
        const text = await service.search(documentQuery({ text: 'pair', topK: 10 }), Deadline.after(30_000));
        expect(before === 0 || text.keys.length === 2).toBe(true);
        searches++;
      }
      await writing;
      foreign.close();
      expect(searches).toBeGreaterThan(1);
      const final = await service.search(documentQuery({ text: 'word40' }), Deadline.after(30_000));
      expect(idsOf(final.keys).toSorted((a, b) => a - b)).toEqual([1, 2]);
    },
  );

  it('waits for a lock, and says so when it stays', async () => {
    const service = create();
    const locker = new DatabaseSync(path);
    locker.exec('BEGIN EXCLUSIVE');
    const query = documentQuery({ vector: VECTOR });
    await expect(service.search(query, Deadline.after(300))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const waiting = service.search(query, Deadline.after(30_000));
    locker.exec('ROLLBACK');
    locker.close();
    expect((await waiting).keys).toHaveLength(10);
  });

  it('tells errors of the thread as errors of this side', async () => {
    const view = { ...DOCUMENTS, viewName: 'nowhere' };
    const missing = create().search(documentQuery({ vector: VECTOR, view }), Deadline.after(30_000));
    await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('leaves the locks of the process on the file when its thread ends', async () => {
    const service = create({ noticePath: join(folder, 'changes') });
    await service.search(documentQuery({ vector: VECTOR }), Deadline.after(30_000));
    const writer = new DatabaseSync(path);
    writer.exec('BEGIN IMMEDIATE');
    await service.close();
    const other = `new (require('node:sqlite').DatabaseSync)(process.argv[1]).exec('BEGIN IMMEDIATE')`;
    const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', '-e', other, path], {
      encoding: 'utf8',
    });
    writer.exec('ROLLBACK');
    writer.close();
    expect([status, stderr]).toEqual([1, expect.stringContaining('database is locked')]);
  });

  it('ends what is under way when it is closed', async () => {
    const service = create();
    const searched = service.search(documentQuery({ vector: VECTOR }), Deadline.after(30_000));
    await Promise.all([expect(searched).rejects.toMatchObject({ code: 'UNAVAILABLE' }), service.close()]);
    const late = service.search(documentQuery({ vector: VECTOR }), Deadline.after(30_000));
    await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('starts another thread when one has ended by a mistake', async () => {
    const service = create();
    // Nothing that the server sends: it ends the thread.
    const broken = { ...documentQuery({ vector: VECTOR }), view: null as never };
    await expect(service.search(broken, Deadline.after(30_000))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    const next = await service.search(documentQuery({ vector: VECTOR }), Deadline.after(30_000));
    expect(next.keys).toHaveLength(10);
  });
});
