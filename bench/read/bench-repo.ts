import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { FeastVenv } from '../../test/support/feast-venv.ts';
import { BENCH_FOLDER, type Say, type StoreName } from '../bench-folder.ts';
import { startBenchRedis } from '../bench-redis.ts';
import { ENTITIES } from './shapes.ts';
import { LOAD_CORE } from './wrk.ts';

const TIME_LIMIT_MS = 20 * 60_000;

/** The benchmark's repo on one kind of online store, ready to be served. */
export interface BenchRepo {
  readonly path: string;
  /** What the servers need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** With its version where it is a server. */
  readonly storeTitle: string;
  readonly close: () => Promise<void>;
}

/**
 * The benchmark's repo, made by real Feast on the first call and when its scripts have changed.
 * Errors: an Error with Feast's words when it could not be made, or what Redis said when it did not start.
 */
export async function benchRepo(store: StoreName, venv: FeastVenv, say: Say): Promise<BenchRepo> {
  return store === 'redis' ? redisRepo(venv, say) : sqliteRepo(venv, say);
}

function sqliteRepo(venv: FeastVenv, say: Say): BenchRepo {
  const path = join(BENCH_FOLDER, 'sqlite');
  const stamp = new Stamp('sqlite', venv);
  if (!stamp.isCurrent()) {
    stamp.remove();
    rmSync(path, { recursive: true, force: true });
    makeRepo('sqlite', { path, venv, env: {}, say });
    stamp.write();
  }
  return { path, env: {}, storeTitle: 'SQLite', close: () => Promise.resolve() };
}

/** The rows are kept as a dump of the server, which the next run loads. */
async function redisRepo(venv: FeastVenv, say: Say): Promise<BenchRepo> {
  const folder = join(BENCH_FOLDER, 'redis');
  const path = join(folder, 'repo');
  const stamp = new Stamp('redis', venv);
  const isCurrent = stamp.isCurrent();
  if (!isCurrent) {
    stamp.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  const redis = await startBenchRedis(folder, LOAD_CORE);
  const env = { BENCH_REDIS: redis.address };
  try {
    if (!isCurrent) {
      makeRepo('redis', { path, venv, env, say });
      await redis.save();
      stamp.write();
    }
  } catch (error) {
    await redis.stop();
    throw error;
  }
  return { path, env, storeTitle: `Redis ${redis.version}`, close: redis.stop };
}

interface Making {
  readonly path: string;
  readonly venv: FeastVenv;
  readonly env: Readonly<Record<string, string>>;
  readonly say: Say;
}

function makeRepo(store: StoreName, { path, venv, env, say }: Making): void {
  mkdirSync(BENCH_FOLDER, { recursive: true });
  say(`making ${path}: ${ENTITIES} entities through Feast's online store, some minutes, once`);
  const script = join(import.meta.dirname, 'repo/make_repo.py');
  const made = spawnSync(venv.python, [script, path, String(ENTITIES), store], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', FEAST_USAGE: 'False', ...env },
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  if (made.status !== 0) throw new Error(`${script} failed: ${made.error?.message ?? made.stderr}`);
}

/** What the repo of a store was made from, beside it once it is whole. */
class Stamp {
  readonly #file: string;
  readonly #text: string;

  constructor(store: StoreName, venv: FeastVenv) {
    this.#file = join(BENCH_FOLDER, `${store}.stamp`);
    const hash = createHash('sha256');
    for (const name of ['features.py', 'make_repo.py']) {
      hash.update(readFileSync(join(import.meta.dirname, 'repo', name)));
    }
    this.#text = `${venv.feastVersion} ${ENTITIES} ${hash.digest('hex')}\n`;
  }

  isCurrent(): boolean {
    return existsSync(this.#file) && readFileSync(this.#file, 'utf8') === this.#text;
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }

  write(): void {
    writeFileSync(this.#file, this.#text);
  }
}
