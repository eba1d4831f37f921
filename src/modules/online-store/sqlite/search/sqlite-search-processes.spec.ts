import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../../test/support/compiled-modules.js';
import {
  documentQuery,
  idsOf,
  LENGTH,
  randomDocument,
  writeDocuments,
} from '../../../../../test/support/document-store.js';
import { idsWithWord, NaiveStore, nearestIds } from '../../../../../test/support/naive-search.js';
import { runSeed, SeededRandom } from '../../../../../test/support/random.js';
import { SqliteSearchEngine } from './sqlite-search-engine.js';

const PROGRAM = 'test/support/document-write-process.ts';
const COUNT = 200;
const WAIT_MS = 10_000;
const CHECKS = 40;
const KILL_EVERY = 8;
const PATIENCE_MS = 30_000;

let modules: CompiledModules;
let folder: string;
let path: string;
let noticePath: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  modules = await CompiledModules.compile([PROGRAM]);
  folder = mkdtempSync(join(tmpdir(), 'salver-search-'));
  path = join(folder, 'online_store.db');
  noticePath = join(folder, 'changes');
}, 60_000);
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  modules.remove();
  rmSync(folder, { recursive: true });
});

async function start(verb: 'own' | 'foreign', seed: number): Promise<ChildProcess> {
  const args = [
    '--no-warnings',
    modules.pathOf(PROGRAM),
    verb,
    path,
    String(seed),
    String(COUNT),
    noticePath,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
  children.delete(child);
}

describe('while a writer of ours, which is killed over and over, and somebody else write', () => {
  it('each search finds what was stored when it began', async () => {
    const seed = runSeed();
    const random = new SeededRandom(seed);
    await writeDocuments(
      path,
      Array.from({ length: COUNT }, (_, id) => randomDocument(random, id)),
    );
    let own = await start('own', seed);
    const foreign = await start('foreign', seed + 1);
    const engine = new SqliteSearchEngine({
      path,
      indexBytes: 1 << 30,
      maxStalenessMs: 0,
      extensionPath: undefined,
      noticePath,
    });
    const naive = new NaiveStore(path);
    const endMs = performance.now() + PATIENCE_MS;
    let checks = 0;
    for (let round = 1; checks < CHECKS && performance.now() < endMs; round++) {
      await sleep(random.integer(0, 8));
      if (round % KILL_EVERY === 0) {
        await kill(own);
        own = await start('own', seed + round);
      }
      const vector = Float32Array.from({ length: LENGTH }, () => random.next() * 2 - 1);
      const before = naive.version;
      const documents = naive.documents();
      const near = idsOf(engine.search(documentQuery({ vector }), WAIT_MS).keys);
      const matching = idsOf(engine.search(documentQuery({ text: 'apple', topK: COUNT * 2 }), WAIT_MS).keys);
      // Only when nothing was written meanwhile is it known what had to be found.
      if (naive.version !== before) continue;
      checks++;
      const sorted = matching.toSorted((a, b) => a - b);
      expect([near, sorted], `seed ${seed}, round ${round}`).toEqual([
        nearestIds(documents, vector, 10),
        idsWithWord(documents, 'apple'),
      ]);
    }
    await kill(own);
    await kill(foreign);
    naive.close();
    engine.close();
    expect(checks).toBeGreaterThan(CHECKS / 3);
  }, 90_000);
});
