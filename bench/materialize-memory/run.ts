import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { salver } from '../../test/support/salver-process.ts';
import { SALVER } from '../../test/support/servers.ts';
import { BENCH_FOLDER, type Say, type StoreName } from '../bench-folder.ts';
import { countOption, storesOption } from '../bench-options.ts';
import { type BenchRedis, startBenchRedis } from '../bench-redis.ts';
import { ensureTools } from '../bench-tools.ts';
import { PeakMemory } from './peak-memory.ts';
import { wideRepo, type WideSource } from './wide-repo.ts';

const USAGE = `Measures how much memory the process of a job takes at most, for a file that is larger than that.

  npm run bench -- materialize-memory [options]

  --store STORE   sqlite, redis (needs redis-server), or both, one after the other (sqlite)
  --rows N        rows of the file (10000000)
  --columns N     features (20)
  --entities N    distinct entities, which is how many rows are stored (1000000)
  --limit-mib N   more than that is a failure: exit code 1 (512)
`;

const MOST_ROWS = 100_000_000;
const MIB = 1024 * 1024;
const REDIS_CORE = 1;
const RUN_LIMIT_MS = 60 * 60_000;
const RANGE = ['2026-01-01T00:00:00', '2026-03-01T00:00:00'];

const say: Say = (line) => console.error(line);

interface Options extends WideSource {
  readonly stores: readonly StoreName[];
  readonly limitBytes: number;
}

/** `npm run bench -- materialize-memory`. */
export async function benchMaterializeMemory(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  let worstBytes = 0;
  for (const store of options.stores) worstBytes = Math.max(worstBytes, await measureStore(store, options));
  if (worstBytes <= options.limitBytes) return 0;
  say(`more than ${options.limitBytes / MIB} MiB`);
  return 1;
}

function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: { type: 'string', default: 'sqlite' },
      rows: { type: 'string', default: '10000000' },
      columns: { type: 'string', default: '20' },
      entities: { type: 'string', default: '1000000' },
      'limit-mib': { type: 'string', default: '512' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    stores: storesOption(values.store),
    rows: countOption('rows', values.rows, MOST_ROWS),
    columns: countOption('columns', values.columns, 1000),
    entities: countOption('entities', values.entities, MOST_ROWS),
    limitBytes: countOption('limit-mib', values['limit-mib'], 1_000_000) * MIB,
  };
}

async function measureStore(store: StoreName, options: Options): Promise<number> {
  if (store === 'redis') ensureTools(['taskset', 'redis-server'], say);
  const redis = store === 'redis' ? await startRedis() : undefined;
  const env: Record<string, string> = redis === undefined ? {} : { BENCH_REDIS: redis.address };
  try {
    say(`making ${options.rows} rows of ${options.entities} entities, ${options.columns} features`);
    const repo = await wideRepo(store, options);
    const applied = await salver(['-c', repo, 'apply', '--yes'], { env });
    if (applied.code !== 0) throw new Error(`salver apply failed:\n${applied.output}`);
    const { seconds, peakBytes } = await measuredLoad(repo, env);
    console.log(
      `${store}: ${options.rows} rows x ${options.columns} features, ${options.entities} entities: ` +
        `${seconds.toFixed(1)} s, peak ${(peakBytes / MIB).toFixed(0)} MiB of the job process`,
    );
    rmSync(repo, { recursive: true });
    return peakBytes;
  } finally {
    await redis?.stop();
  }
}

async function measuredLoad(
  repo: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly seconds: number; readonly peakBytes: number }> {
  const startedMs = performance.now();
  const child = spawn(SALVER, ['-c', repo, 'materialize', ...RANGE], {
    env: { ...process.env, TZ: 'UTC', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: RUN_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('error', reject);
  child.once('close', (code, signal) => resolve(signal ?? String(code)));
  const memory = new PeakMemory(child.pid ?? 0);
  try {
    const ended = await promise;
    if (ended !== '0') throw new Error(`salver materialize ended with ${ended}`);
  } finally {
    memory.stop();
  }
  if (memory.peakBytes === 0) throw new Error('the process of the job was not seen');
  return { seconds: (performance.now() - startedMs) / 1000, peakBytes: memory.peakBytes };
}

async function startRedis(): Promise<BenchRedis> {
  const folder = join(BENCH_FOLDER, 'materialize-memory-redis-server');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return startBenchRedis(folder, REDIS_CORE);
}
