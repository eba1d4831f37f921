import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { MaterializeClient } from '../../test/support/materialize-client.ts';
import { salver } from '../../test/support/salver-process.ts';
import { startSalver } from '../../test/support/servers.ts';
import { BENCH_FOLDER, type Say, type StoreName } from '../bench-folder.ts';
import { countOption, storesOption } from '../bench-options.ts';
import { type BenchRedis, startBenchRedis } from '../bench-redis.ts';
import { ensureTools } from '../bench-tools.ts';
import { wideRepo } from '../materialize-memory/wide-repo.ts';
import { median } from '../median.ts';
import { openLoad, type OpenLoadResult } from '../overload/open-load.ts';

const USAGE = `Measures reads at a fixed rate while the same view is materialized, against quiet.

  npm run bench -- materialize-reads [options]

  --store STORE     sqlite, redis (needs redis-server), or both (sqlite)
  --journal MODE    of SQLite: keep or wal (wal)
  --rate N          requests per second (200)
  --seconds N       length of a round (5)
  --rounds N        rounds of each, in turn (3)
  --rows N          rows of the file (1000000)
  --entities N      distinct entities in it (50000)
`;

const MOST_ROWS = 100_000_000;
const COLUMNS = 10;
const ROWS_PER_READ = 10;
const BODIES = 200;
const CONNECTIONS = 32;
const USEFUL_MS = 2000;
const REDIS_CORE = 1;
const RANGE = { start_ts: '2026-01-01', end_ts: '2026-03-01', feature_views: ['wide'] };

const say: Say = (line) => console.error(line);

interface Options {
  readonly stores: readonly StoreName[];
  readonly journal: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly rows: number;
  readonly entities: number;
}

interface Rounds {
  readonly quiet: readonly OpenLoadResult[];
  readonly busy: readonly OpenLoadResult[];
}

/** `npm run bench -- materialize-reads`. */
export async function benchMaterializeReads(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  for (const store of options.stores) console.log(line(store, await measureStore(store, options)));
  return 0;
}

function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: { type: 'string', default: 'sqlite' },
      journal: { type: 'string', default: 'wal' },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '3' },
      rows: { type: 'string', default: '1000000' },
      entities: { type: 'string', default: '50000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    stores: storesOption(values.store),
    journal: values.journal,
    perSecond: countOption('rate', values.rate, 100_000),
    seconds: countOption('seconds', values.seconds),
    rounds: countOption('rounds', values.rounds),
    rows: countOption('rows', values.rows, MOST_ROWS),
    entities: countOption('entities', values.entities, MOST_ROWS),
  };
}

function line(store: StoreName, { quiet, busy }: Rounds): string {
  const p50 = (rounds: Rounds['quiet']): number => median(rounds.map(({ p50Ms }) => p50Ms));
  const p99 = (rounds: Rounds['quiet']): number => median(rounds.map(({ p99Ms }) => p99Ms));
  const lost = busy.reduce(
    (sum, { refused, late, failed, unsent }) => sum + refused + late + failed + unsent,
    0,
  );
  return (
    `${store}: p50 ${p50(quiet).toFixed(1)} ms quiet, ${p50(busy).toFixed(1)} ms during; ` +
    `p99 ${p99(quiet).toFixed(1)} ms quiet, ${p99(busy).toFixed(1)} ms during ` +
    `(${(p99(busy) / p99(quiet)).toFixed(2)}x); not answered in time during: ${lost}`
  );
}

async function measureStore(store: StoreName, options: Options): Promise<Rounds> {
  if (store === 'redis') ensureTools(['taskset', 'redis-server'], say);
  const redis = store === 'redis' ? await startRedis() : undefined;
  const env: Record<string, string> = {
    SALVER_SQLITE_JOURNAL_MODE: options.journal,
    ...(redis === undefined ? {} : { BENCH_REDIS: redis.address }),
  };
  const repo = await wideRepo(store, { ...options, columns: COLUMNS });
  try {
    const applied = await salver(['-c', repo, 'apply', '--yes'], { env });
    if (applied.code !== 0) throw new Error(`salver apply failed:\n${applied.output}`);
    const server = await startSalver({ repo, env, logFile: join(BENCH_FOLDER, 'materialize-reads.log') });
    try {
      return await measureRounds(server.baseUrl, options);
    } finally {
      await server.stop();
    }
  } finally {
    await redis?.stop();
    rmSync(repo, { recursive: true });
  }
}

async function measureRounds(url: string, options: Options): Promise<Rounds> {
  const client = new MaterializeClient(url);
  say('loading');
  const loaded = await client.post('/materialize', RANGE);
  if (loaded.status !== 200) throw new Error(`the first load failed: ${JSON.stringify(loaded)}`);
  const quiet: OpenLoadResult[] = [];
  const busy: OpenLoadResult[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    quiet.push(await reads(url, options));
    const loading = new Loading(client);
    busy.push(await reads(url, options));
    await loading.stop();
    say(`round ${round}: p99 ${quiet.at(-1)?.p99Ms.toFixed(1)} ms, ${busy.at(-1)?.p99Ms.toFixed(1)} ms`);
  }
  return { quiet, busy };
}

/** One job after the other, until it is stopped. */
class Loading {
  private readonly client: MaterializeClient;
  private readonly done: Promise<void>;
  private jobId: string | null = null;
  private stopped = false;

  constructor(client: MaterializeClient) {
    this.client = client;
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.jobId !== null) await this.client.cancel(this.jobId);
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const { jobId } = await this.client.post('/materialize?async=true&force=true', RANGE);
      this.jobId = jobId;
      if (jobId !== null) await this.client.ended(jobId);
    }
  }
}

function reads(url: string, { perSecond, seconds, entities }: Options): Promise<OpenLoadResult> {
  const features = Array.from({ length: COLUMNS }, (_, at) => `wide:f_${at}`);
  const bodies = Array.from({ length: BODIES }, (_, body) => {
    const user_id = Array.from(
      { length: ROWS_PER_READ },
      (__, at) => ((body * ROWS_PER_READ + at) * 7919) % entities,
    );
    return JSON.stringify({ features, entities: { user_id } });
  });
  return openLoad({ url, bodies, perSecond, seconds, connections: CONNECTIONS, usefulMs: USEFUL_MS });
}

async function startRedis(): Promise<BenchRedis> {
  const folder = join(BENCH_FOLDER, 'materialize-reads-redis-server');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return startBenchRedis(folder, REDIS_CORE);
}
