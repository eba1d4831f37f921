import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';

import { ensureFeastVenv, type FeastVenv } from '../../test/support/feast-venv.ts';
import { SALVER } from '../../test/support/servers.ts';
import { BENCH_FOLDER, type Say, type StoreName } from '../bench-folder.ts';
import { type BenchRedis, startBenchRedis } from '../bench-redis.ts';
import { ensureTools } from '../bench-tools.ts';
import { measuredRun, type MeasuredRun } from './measured-run.ts';
import { type MaterializeOptions, parseOptions, type ProgramName, type Through, USAGE } from './options.ts';
import { markdown, type StoreRuns } from './report.ts';
import { serverRun } from './server-run.ts';
import { freshCopy, sourceRepo } from './source-repo.ts';
import { type Stored, storedDigest } from './stored-digest.ts';

const REDIS_CORE = 1;
/** All of the file, whose times lie in January 2026. */
const RANGE = ['2026-01-01T00:00:00', '2026-03-01T00:00:00'] as const;

const say: Say = (line) => console.error(line);

/** `npm run bench -- materialize`. */
export async function benchMaterialize(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (options.stores.includes('redis')) ensureTools(['taskset', 'redis-server'], say);
  const venv = ensureFeastVenv(say);
  const results: StoreRuns[] = [];
  for (const store of options.stores) results.push(await measureStore(store, options, venv));
  console.log(options.json ? JSON.stringify(results, null, 1) : markdown(results, options, venv));
  return 0;
}

async function measureStore(
  store: StoreName,
  options: MaterializeOptions,
  venv: FeastVenv,
): Promise<StoreRuns> {
  const redis = store === 'redis' ? await startRedis() : undefined;
  const env: Record<string, string> = redis === undefined ? {} : { BENCH_REDIS: redis.address };
  try {
    const repo = await sourceRepo(`materialize-${store}`, { ...options, store }, { venv, env, say });
    const runs = await runInTurn({ store, repo, env, redis, venv }, options);
    return { store, storeTitle: redis === undefined ? 'SQLite' : `Redis ${redis.version}`, runs };
  } finally {
    await redis?.stop();
  }
}

interface Setting {
  readonly store: StoreName;
  readonly repo: string;
  readonly env: Readonly<Record<string, string>>;
  readonly redis: BenchRedis | undefined;
  readonly venv: FeastVenv;
}

async function runInTurn(setting: Setting, options: MaterializeOptions): Promise<StoreRuns['runs']> {
  const runs: Partial<Record<ProgramName, MeasuredRun[]>> = {};
  let first: Stored | undefined;
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const program of options.programs) {
      const { run, stored } = await runOnce(setting, program, options.through);
      say(
        `${setting.store} ${program} round ${round}: ${run.seconds.toFixed(1)} s, ${run.cpuSeconds.toFixed(1)} s of CPU`,
      );
      first ??= stored;
      checkSame(program, stored, first, options);
      (runs[program] ??= []).push(run);
    }
  }
  return runs;
}

/** Into an empty store, in a copy of the repo that goes afterwards. */
async function runOnce(
  { store, repo, env, redis, venv }: Setting,
  program: ProgramName,
  through: Through,
): Promise<{ run: MeasuredRun; stored: Stored }> {
  if (redis !== undefined) await emptyRedis(redis);
  const copy = freshCopy(repo, program);
  const command = program === 'feast' ? venv.feast : SALVER;
  const run =
    through === 'server'
      ? await serverRun(program, venv, { repo: copy, env, range: RANGE })
      : await measuredRun(command, ['materialize', ...RANGE], { cwd: copy, env });
  const stored = await storedDigest(store, copy, redis?.address);
  rmSync(copy, { recursive: true });
  return { run, stored };
}

function checkSame(program: string, stored: Stored, first: Stored, { entities }: MaterializeOptions): void {
  if (stored.entities !== entities)
    throw new Error(`${program} stored ${stored.entities} entities in place of ${entities}`);
  if (stored.digest !== first.digest) throw new Error(`${program} stored other rows than the run before it`);
}

async function startRedis(): Promise<BenchRedis> {
  const folder = join(BENCH_FOLDER, 'materialize-redis-server');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return startBenchRedis(folder, REDIS_CORE);
}

async function emptyRedis({ address }: BenchRedis): Promise<void> {
  const [host = '', port = ''] = address.split(':');
  const client = new Redis({ host, port: Number(port) });
  await client.flushall();
  client.disconnect();
}
