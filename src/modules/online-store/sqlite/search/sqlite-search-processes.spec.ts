import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
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
import { searchEngineOn } from '../../../../../test/support/search-engine.js';

const PROGRAM = 'test/support/document-write-process.ts';
const COUNT = 200;
const WAIT_MS = 10_000;
const ROUNDS = 50;
const MOST_WRITES = 4;
const KILL_SHARE = 0.15;
const OWN_SEEDS = 1000;
const FOREIGN_SEEDS = 2000;

let modules: CompiledModules;
let folder: string;
let path: string;
let noticePath: string;
const children = new Set<WriteProcess>();

/** A process of `PROGRAM`. */
class WriteProcess {
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcessByStdio<Writable, Readable, null>) {
    this.ended = once(child, 'close');
    children.add(this);
  }

  static start(verb: 'own' | 'foreign', seed: number): WriteProcess {
    const args = [modules.pathOf(PROGRAM), verb, path, String(seed), String(COUNT), noticePath];
    return new WriteProcess(
      spawn(process.execPath, ['--no-warnings', ...args], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
  }

  /** Resolves when so much was written. */
  async write(count: number): Promise<void> {
    const done = once(this.child.stdout, 'data');
    this.child.stdin.write(`${count}\n`);
    await done;
  }

  /** In the middle of a write, as far as chance has it. */
  async killWhileWriting(count: number, afterMs: number): Promise<void> {
    this.child.stdin.write(`${count}\n`);
    await sleep(afterMs);
    await this.kill();
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
    children.delete(this);
  }
}

beforeAll(async () => {
  modules = await CompiledModules.compile([PROGRAM]);
  folder = mkdtempSync(join(tmpdir(), 'salver-search-'));
  path = join(folder, 'online_store.db');
  noticePath = join(folder, 'changes');
}, 60_000);
afterAll(async () => {
  await Promise.all([...children].map((child) => child.kill()));
  modules.remove();
  rmSync(folder, { recursive: true });
});

describe('while a writer of ours, which is killed over and over, and somebody else write', () => {
  it('each search finds what was stored when it began', async () => {
    const seed = runSeed();
    const random = new SeededRandom(seed);
    await writeDocuments(
      path,
      Array.from({ length: COUNT }, (_, id) => randomDocument(random, id)),
    );
    // Of other seeds than the first documents: two with the same vector may be found in either order.
    let own = WriteProcess.start('own', seed + OWN_SEEDS);
    const foreign = WriteProcess.start('foreign', seed + FOREIGN_SEEDS);
    const engine = searchEngineOn(path, { noticePath });
    const naive = new NaiveStore(path);
    for (let round = 1; round <= ROUNDS; round++) {
      const vector = Float32Array.from({ length: LENGTH }, () => random.next() * 2 - 1);
      const search = () => ({
        near: idsOf(engine.search(documentQuery({ vector }), WAIT_MS).keys),
        matching: idsOf(engine.search(documentQuery({ text: 'apple', topK: 2 * COUNT }), WAIT_MS).keys),
      });
      const isKilled = random.chance(KILL_SHARE);
      const writes = [
        isKilled
          ? own.killWhileWriting(20, random.integer(0, 60))
          : own.write(random.integer(1, MOST_WRITES)),
        random.chance(0.4) ? foreign.write(random.integer(1, MOST_WRITES)) : Promise.resolve(),
      ];
      // Searches in the middle of it see something between before and after, and the index keeps it.
      let isOver = false;
      const over = Promise.all(writes).then(() => (isOver = true));
      while (!isOver) {
        search();
        await sleep(random.integer(0, 5));
      }
      await over;
      if (isKilled) own = WriteProcess.start('own', seed + OWN_SEEDS + round);
      const documents = naive.documents();
      const { near, matching } = search();
      expect([near, matching.toSorted((a, b) => a - b)], `seed ${seed}, round ${round}`).toEqual([
        nearestIds(documents, vector, 10),
        idsWithWord(documents, 'apple'),
      ]);
    }
    await Promise.all([own.kill(), foreign.kill()]);
    naive.close();
    engine.close();
  }, 120_000);
});
