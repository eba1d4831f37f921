import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { FeastVenv } from '../test/support/feast-venv.ts';
import { CHECKOUT } from '../test/support/servers.ts';
import { ENTITIES } from './shapes.ts';

export const BENCH_FOLDER = join(CHECKOUT, '.salver/bench');
const REPO = join(BENCH_FOLDER, 'sqlite');
const STAMP = join(BENCH_FOLDER, 'sqlite.stamp');
const TIME_LIMIT_MS = 20 * 60_000;

/**
 * The benchmark's repo, made by real Feast on the first call and when its scripts have changed.
 * Errors: an Error with Feast's words when it could not be made.
 */
export function benchRepo(venv: FeastVenv, say: (line: string) => void): string {
  const stamp = stampOf(venv);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return REPO;
  rmSync(STAMP, { force: true });
  rmSync(REPO, { recursive: true, force: true });
  mkdirSync(BENCH_FOLDER, { recursive: true });
  say(`making ${REPO}: ${ENTITIES} entities through Feast's online store, some minutes, once`);
  const script = join(import.meta.dirname, 'repo/make_repo.py');
  const made = spawnSync(venv.python, [script, REPO, String(ENTITIES)], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', FEAST_USAGE: 'False' },
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  if (made.status !== 0) throw new Error(`${script} failed: ${made.error?.message ?? made.stderr}`);
  writeFileSync(STAMP, stamp);
  return REPO;
}

function stampOf(venv: FeastVenv): string {
  const hash = createHash('sha256');
  for (const name of ['features.py', 'make_repo.py']) {
    hash.update(readFileSync(join(import.meta.dirname, 'repo', name)));
  }
  return `${venv.feastVersion} ${ENTITIES} ${hash.digest('hex')}\n`;
}
