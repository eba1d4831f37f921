import { join } from 'node:path';

import { ensureFeastVenv, type FeastVenv } from '../../test/support/feast-venv.ts';
import type { RunningServer } from '../../test/support/server-process.ts';
import { startFeast, startSalver } from '../../test/support/servers.ts';
import { BENCH_FOLDER, type StoreName } from '../bench-folder.ts';
import { ensureTools } from '../bench-tools.ts';
import type { ServerName } from '../load-options.ts';
import { type BenchRepo, benchRepo } from './bench-repo.ts';
import { measureShape, type ShapeResult } from './measure.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { circumstances, isComplete, markdown, type StoreResult } from './report.ts';

const SERVER_CORE = '0';
// Feast ends its worker every 1000 requests by default: that breaks connections, and costs it the seconds of a start.
const NO_RECYCLING = ['--max-requests', '0'];

// Progress goes to stderr, so that the result alone can be piped.
function say(line: string): void {
  console.error(line);
}

async function start(name: ServerName, repo: BenchRepo, venv: FeastVenv): Promise<RunningServer> {
  const prefix = ['taskset', '-c', SERVER_CORE];
  const options = { repo: repo.path, env: repo.env, prefix, logFile: join(BENCH_FOLDER, `${name}.log`) };
  return name === 'feast' ? startFeast(venv.feast, { ...options, args: NO_RECYCLING }) : startSalver(options);
}

async function measureStore(store: StoreName, options: BenchOptions, venv: FeastVenv): Promise<StoreResult> {
  const repo = await benchRepo(store, venv, say);
  const running = new Map<ServerName, RunningServer>();
  try {
    for (const name of options.servers) running.set(name, await start(name, repo, venv));
    const urls = new Map([...running].map(([name, { baseUrl }]) => [name, baseUrl]));
    const results: ShapeResult[] = [];
    for (const shape of options.shapes) {
      say(`measuring ${shape.name} on ${repo.storeTitle}`);
      results.push(await measureShape(shape, urls, options));
    }
    const about = circumstances(venv, options, { store, storeTitle: repo.storeTitle });
    return { store, about, results };
  } finally {
    await Promise.all([...running.values()].map(async (server) => server.stop()));
    await repo.close();
  }
}

/** `npm run bench -- read`. */
export async function benchReads(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  ensureTools(['taskset', 'wrk', ...(options.stores.includes('redis') ? ['redis-server'] : [])], say);
  const venv = ensureFeastVenv(say);
  const measured: StoreResult[] = [];
  for (const store of options.stores) measured.push(await measureStore(store, options, venv));
  const tables = measured.map((result) => markdown(result));
  console.log(options.json ? JSON.stringify(measured, null, 1) : tables.join('\n\n'));
  return measured.every(({ results }) => isComplete(results)) ? 0 : 1;
}
