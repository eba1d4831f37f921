import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { ensureFeastVenv, type FeastVenv } from '../../test/support/feast-venv.ts';
import { BENCH_FOLDER, type Say, type StoreName } from '../bench-folder.ts';
import { startBenchRedis } from '../bench-redis.ts';
import { ensureTools } from '../bench-tools.ts';
import { LOAD_CORE } from '../read/wrk.ts';
import { measureShape, type ShapeResult } from './measure.ts';
import { parseOptions, type PushOptions, USAGE } from './options.ts';
import { PushServers } from './push-servers.ts';
import { isComplete, markdown, type StoreResult } from './report.ts';
import type { Shape } from './shapes.ts';

/** So large is the file that queued rows are appended to. */
const SMALL_FILE_ROWS = 10_000;

const say: Say = (line) => console.error(line);

/** `npm run bench -- push`. */
export async function benchPushes(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  ensureTools(['taskset', 'wrk', ...(options.stores.includes('redis') ? ['redis-server'] : [])], say);
  const venv = ensureFeastVenv(say);
  const all: StoreResult[] = [];
  const online = options.shapes.filter(({ to }) => to === 'online');
  for (const store of options.stores) all.push(await measureOnline(store, online, options, venv));
  all.push({ storeTitle: 'Parquet', results: await measureOffline(options, venv) });
  console.log(options.json ? JSON.stringify(all, null, 1) : markdown(all, options, venv));
  return isComplete(all) ? 0 : 1;
}

async function measureOnline(
  store: StoreName,
  shapes: readonly Shape[],
  options: PushOptions,
  venv: FeastVenv,
): Promise<StoreResult> {
  if (shapes.length === 0) return { storeTitle: store, results: [] };
  const folder = join(BENCH_FOLDER, 'push-redis-server');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const redis = store === 'redis' ? await startBenchRedis(folder, LOAD_CORE) : undefined;
  const storeTitle = redis === undefined ? 'SQLite' : `Redis ${redis.version}`;
  const setting = { store, fileRows: SMALL_FILE_ROWS, batched: false, redis, venv, say };
  try {
    const servers = await PushServers.start(options.servers, setting);
    const results: ShapeResult[] = [];
    try {
      for (const shape of shapes) {
        say(`measuring ${shape.name} on ${storeTitle}`);
        results.push(await measureShape(shape, servers.running, options));
      }
    } finally {
      await servers.stop();
    }
    return { storeTitle, results };
  } finally {
    await redis?.stop();
  }
}

/** Each shape on fresh files, which grow. Errors: an Error when a file lacks rows that were acknowledged. */
async function measureOffline(options: PushOptions, venv: FeastVenv): Promise<ShapeResult[]> {
  const results: ShapeResult[] = [];
  for (const shape of options.shapes.filter(({ to }) => to === 'offline')) {
    say(`measuring ${shape.name}`);
    const { unbatchedInto } = shape;
    const fileRows = unbatchedInto ?? SMALL_FILE_ROWS;
    const batched = unbatchedInto === undefined;
    const setting = { store: 'sqlite', fileRows, batched, redis: undefined, venv, say } as const;
    const servers = await PushServers.start(options.servers, setting);
    let result: ShapeResult;
    try {
      result = await measureShape(shape, servers.running, options);
    } finally {
      await servers.stop();
    }
    await checkRows(result, servers);
    results.push(result);
  }
  return results;
}

async function checkRows({ shape, servers: measured }: ShapeResult, servers: PushServers): Promise<void> {
  for (const name of servers.running.keys()) {
    const [found, wanted] = [await servers.appendedRows(name), measured[name]?.acknowledgedRows ?? 0];
    say(`${shape}: ${name} acknowledged ${wanted} rows, and the file has ${found} more`);
    if (name === 'salver' && found < wanted)
      throw new Error(`${shape}: ${wanted - found} rows are not in the file`);
  }
}
