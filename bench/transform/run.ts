import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { answerDifference } from '../../test/conformance/compare.ts';
import { send } from '../../test/conformance/http-client.ts';
import { ensureFeastVenv } from '../../test/support/feast-venv.ts';
import { SeededRandom } from '../../test/support/random.ts';
import type { RunningServer } from '../../test/support/server-process.ts';
import { startFeast, startSalver } from '../../test/support/servers.ts';
import { BENCH_FOLDER } from '../bench-folder.ts';
import { countOption } from '../bench-options.ts';
import { groupCpuSeconds } from '../auth/group-cpu.ts';
import { ensureTools } from '../bench-tools.ts';
import { machine, versions } from '../circumstances.ts';
import { median } from '../median.ts';
import { LOAD_CORE, loadRound, type Round } from '../read/wrk.ts';
import { ENTITIES, transformRepos } from './transform-repo.ts';

const USAGE = `Measures reads of on-demand views, 100 rows x 10 outputs of random ones of ${ENTITIES} entities: Feast's modes pandas and
python, ours columns and row, with rows kept in memory and without.

  npm run bench -- transform [options]

  --rounds N          rounds per server and view, in turn (5)
  --seconds N         length of a round (3)
  --connections N     clients (8)
`;

const SERVER_CORE = '0';
const ROWS = 100;
const WIDTH = 10;
const BODIES = 200;
const SEED = 9;
const PAUSE_MS = 500;
/** Until both servers are as fast as they get. */
const WARM_UP_SECONDS = 8;
const WANTED_RATIO = 20;

/** `cold`: Salver that keeps no rows in memory, so that each read is one of the file. */
const SERVERS = ['feast', 'salver', 'cold'] as const;
type ServerName = (typeof SERVERS)[number];
const ROWS_FROM = { feast: 'file', salver: 'memory', cold: 'file' } as const;

/** Of Feast and of Salver, as the tables call them. */
const MODES = { columns: ['pandas', 'columns'], rows: ['python', 'row'] } as const;
type View = keyof typeof MODES;

const say = (line: string): void => console.error(line);

interface Series {
  readonly view: View;
  readonly server: ServerName;
  readonly url: string;
  readonly bodiesFile: string;
  /** Of the process group of the server. */
  readonly pid: number;
  readonly rounds: (Round & { readonly cpuMs: number })[];
}

/** `npm run bench -- transform`. */
export async function benchTransform(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '8' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  ensureTools(['taskset', 'wrk'], say);
  const venv = ensureFeastVenv(say);
  const repos = transformRepos(venv, say);
  const serve = (name: ServerName) => ({
    repo: repos[name === 'feast' ? 'feast' : 'salver'],
    prefix: ['taskset', '-c', SERVER_CORE],
    logFile: join(BENCH_FOLDER, `transform-${name}.log`),
  });
  const running: RunningServer[] = [];
  try {
    const feast = await startFeast(venv.feast, { ...serve('feast'), args: ['--max-requests', '0'] });
    running.push(feast);
    const salver = await startSalver(serve('salver'));
    running.push(salver);
    const cold = await startSalver({ ...serve('cold'), env: { SALVER_SQLITE_ROW_CACHE_BYTES: '0' } });
    running.push(cold);
    const servers = { feast, salver, cold };
    const series: Series[] = [];
    for (const view of ['columns', 'rows'] as const) series.push(...(await prepared(view, servers)));
    const seconds = countOption('seconds', values.seconds);
    const connections = countOption('connections', values.connections);
    const rounds = countOption('rounds', values.rounds);
    for (let round = 0; round <= rounds; round += 1) {
      say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      const length = round === 0 ? WARM_UP_SECONDS : seconds;
      for (const one of series) await measure(one, { seconds: length, connections, counts: round > 0 });
    }
    say(`${machine()}\n${versions(venv)}; ${connections} connections`);
    return report(series);
  } finally {
    await Promise.all(running.map(async (server) => server.stop()));
  }
}

/** Errors: an Error when the two servers answer differently. */
async function prepared(
  view: View,
  servers: Readonly<Record<ServerName, RunningServer>>,
): Promise<readonly Series[]> {
  const random = new SeededRandom(SEED);
  const bodies = Array.from({ length: BODIES }, () => requestBody(view, random));
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', path: '/get-online-features', headers, body_text: bodies[0] as string };
  const wanted = await send(servers.feast.baseUrl, request);
  const got = await send(servers.salver.baseUrl, request);
  if (wanted.status !== 200) throw new Error(`feast answers ${wanted.status}: ${wanted.text.slice(0, 300)}`);
  const response = { status: wanted.status, headers: {}, body_text: wanted.text };
  const difference = answerDifference(
    { name: view, endpoint: request.path, request, response, volatile: [] },
    got,
    { numbers: 'value', origin: '' },
  );
  if (difference !== undefined) throw new Error(`${view}: the servers answer differently: ${difference}`);
  const bodiesFile = join(BENCH_FOLDER, `transform-${view}.bodies`);
  writeFileSync(bodiesFile, `${bodies.join('\n')}\n`);
  return SERVERS.map((server) => ({
    view,
    server,
    url: servers[server].baseUrl,
    pid: servers[server].pid,
    bodiesFile,
    rounds: [],
  }));
}

function requestBody(view: View, random: SeededRandom): string {
  const prefix = view === 'columns' ? 'c' : 'r';
  const features = Array.from({ length: WIDTH }, (_, at) => `${view}:${prefix}${at}`);
  const entities = {
    driver_id: Array.from({ length: ROWS }, () => random.integer(0, ENTITIES - 1)),
    factor: Array.from({ length: ROWS }, () => random.integer(0, 999) + 0.5),
  };
  return JSON.stringify({ features, entities });
}

async function measure(
  { url, pid, bodiesFile, rounds }: Series,
  { seconds, connections, counts }: { seconds: number; connections: number; counts: boolean },
): Promise<void> {
  const cpuBefore = groupCpuSeconds(pid);
  const round = await loadRound({ url, bodiesFile, seconds, connections, core: LOAD_CORE });
  const cpuSeconds = groupCpuSeconds(pid) - cpuBefore;
  if (counts) rounds.push({ ...round, cpuMs: (1000 * cpuSeconds) / (round.requestsPerSecond * seconds) });
  // What is under way when the load ends is worked on to the end, on the core of the next round.
  await delay(PAUSE_MS + round.p99Ms);
}

type Figure = Exclude<keyof Series['rounds'][number], 'invalid' | 'errors'>;

const middle = ({ rounds }: Series, figure: Figure): number => median(rounds.map((round) => round[figure]));

/** Whatever else runs on the machine takes time from rounds, and none of the processor time of a request. */
function report(series: readonly Series[]): number {
  const invalid = series.flatMap(({ rounds }) => rounds.flatMap(({ invalid: why }) => why ?? []));
  for (const why of invalid) say(`a round does not count: ${why}`);
  const feast = series.filter(({ server }) => server === 'feast');
  const fastest = Math.max(...feast.map((one) => middle(one, 'requestsPerSecond')));
  const cheapest = Math.min(...feast.map((one) => middle(one, 'cpuMs')));
  console.log(
    '| server | mode | rows from | requests/s | p50 ms | p99 ms | CPU ms/request | x requests/s | x CPU |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const one of series) {
    const rate = middle(one, 'requestsPerSecond');
    const figures = [rate, middle(one, 'p50Ms'), middle(one, 'p99Ms'), middle(one, 'cpuMs')];
    const ratios = [rate / fastest, cheapest / middle(one, 'cpuMs')];
    const mode = MODES[one.view][one.server === 'feast' ? 0 : 1];
    const texts = [...figures.map((figure) => figure.toFixed(2)), ...ratios.map((ratio) => ratio.toFixed(1))];
    const server = one.server === 'feast' ? 'Feast' : 'Salver';
    console.log(`| ${[server, mode, ROWS_FROM[one.server], ...texts].join(' | ')} |`);
  }
  const ours = series.filter(({ server }) => server === 'salver');
  const least = Math.min(...ours.map((one) => middle(one, 'requestsPerSecond') / fastest));
  const leastCpu = Math.min(...ours.map((one) => cheapest / middle(one, 'cpuMs')));
  console.log(
    `\nat least ${least.toFixed(1)} times the requests of the faster of Feast's modes (wanted: ${WANTED_RATIO}), ` +
      `and ${leastCpu.toFixed(1)} times by processor time`,
  );
  return invalid.length === 0 && least >= WANTED_RATIO ? 0 : 1;
}
