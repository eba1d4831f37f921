import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ensureFeastVenv } from '../../test/support/feast-venv.ts';
import { SeededRandom } from '../../test/support/random.ts';
import { CHECKOUT, startSalver } from '../../test/support/servers.ts';
import { BENCH_FOLDER, type Say } from '../bench-folder.ts';
import { parseRoundOptions } from '../bench-options.ts';
import { ensureTools } from '../bench-tools.ts';
import { machine, versions } from '../circumstances.ts';
import { median } from '../median.ts';
import { benchRepo } from '../read/bench-repo.ts';
import { requestBody, type Shape, SHAPES } from '../read/shapes.ts';
import { loadRound, LOAD_CORE } from '../read/wrk.ts';

const USAGE = `Measures reads while the registry is replaced every second, against quiet.

  npm run bench -- refresh [options]

  --seconds N      length of a round (5)
  --rounds N       rounds of each per shape (3)
`;

const SERVER_CORE = '0';
const BODIES = 300;
const CONNECTIONS = 8;
const REPLACE_MS = 1000;

const say: Say = (line) => console.error(line);

/** `npm run bench -- refresh`. */
export async function benchRefresh(args: readonly string[]): Promise<number> {
  const limits = parseRoundOptions(args, { seconds: 5, rounds: 3 });
  if (limits === 'help') {
    console.log(USAGE);
    return 0;
  }
  ensureTools(['taskset', 'wrk'], say);
  const venv = ensureFeastVenv(say);
  const repo = await benchRepo('sqlite', venv, say);
  const path = ownRegistry(repo.path);
  const server = await startSalver({
    repo: path,
    prefix: ['taskset', '-c', SERVER_CORE],
    logFile: join(BENCH_FOLDER, 'refresh.log'),
  });
  try {
    const rows: string[] = [];
    for (const shape of SHAPES) rows.push(await measure(shape, { ...limits, url: server.baseUrl, path }));
    const about = [
      machine(),
      versions(venv),
      `SQLite, one worker on core 0, load from core 1 over ${CONNECTIONS} connections, ${limits.rounds} rounds of ` +
        `${limits.seconds} s in turn (medians); the registry is that of the benchmark, another content every second`,
    ];
    const head = '| rows x features | quiet req/s | replaced req/s | quiet p99 ms | replaced p99 ms |';
    console.log(
      [...about.map((line) => `- ${line}`), '', head, '| --- | ---: | ---: | ---: | ---: |', ...rows].join(
        '\n',
      ),
    );
    return 0;
  } finally {
    await server.stop();
    await repo.close();
    rmSync(path, { recursive: true });
  }
}

/** The benchmark's repo with a registry of its own; the store is the same. */
function ownRegistry(repo: string): string {
  const path = join(BENCH_FOLDER, 'refresh');
  rmSync(path, { recursive: true, force: true });
  mkdirSync(join(path, 'data'), { recursive: true });
  for (const name of ['feature_store.yaml', 'data/registry.db']) cpSync(join(repo, name), join(path, name));
  symlinkSync(join(repo, 'data/online_store.db'), join(path, 'data/online_store.db'));
  return path;
}

interface Setting {
  readonly url: string;
  readonly path: string;
  readonly seconds: number;
  readonly rounds: number;
}

async function measure(shape: Shape, { url, path, seconds, rounds }: Setting): Promise<string> {
  say(`measuring ${shape.name}`);
  const random = new SeededRandom(5);
  const bodiesFile = join(BENCH_FOLDER, 'refresh.bodies');
  writeFileSync(
    bodiesFile,
    `${Array.from({ length: BODIES }, () => requestBody(shape, random)).join('\n')}\n`,
  );
  const load = { url, bodiesFile, connections: CONNECTIONS, core: LOAD_CORE, seconds };
  await loadRound({ ...load, seconds: 1 });
  const [quiet, replaced] = [new Series(), new Series()];
  for (let round = 0; round < rounds; round += 1) {
    quiet.add(await loadRound(load));
    const replacing = setInterval(() => replaceRegistry(join(path, 'data/registry.db')), REPLACE_MS);
    replaced.add(await loadRound(load));
    clearInterval(replacing);
  }
  const cells = [quiet.requests, replaced.requests, quiet.p99, replaced.p99];
  return `| ${[shape.name, ...cells.map((value) => value.toFixed(value < 100 ? 1 : 0))].join(' | ')} |`;
}

class Series {
  private readonly requestsPerSecond: number[] = [];
  private readonly p99Ms: number[] = [];

  add(round: { readonly requestsPerSecond: number; readonly p99Ms: number }): void {
    this.requestsPerSecond.push(round.requestsPerSecond);
    this.p99Ms.push(round.p99Ms);
  }

  get requests(): number {
    return median(this.requestsPerSecond);
  }

  get p99(): number {
    return median(this.p99Ms);
  }
}

type RegistryDocuments = typeof import('../../src/modules/registry/registry-document.ts');

/** Of the build that is measured. */
const { RegistryDocument } = (await import(
  pathToFileURL(join(CHECKOUT, 'dist/modules/registry/registry-document.js')).href
)) as RegistryDocuments;

/** Another content each time: `encode` writes a new version id, and one view gets another description. */
function replaceRegistry(path: string): void {
  const document = RegistryDocument.decode(readFileSync(path));
  const view = document.registry.featureViews[0]?.spec;
  if (view) view.description = `changed at ${Date.now()}`;
  writeFileSync(`${path}.new`, document.encode(Date.now()));
  renameSync(`${path}.new`, path);
}
