import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { ensureFeastVenv } from '../../test/support/feast-venv.ts';
import { SeededRandom } from '../../test/support/random.ts';
import type { RunningServer } from '../../test/support/server-process.ts';
import { startSalver } from '../../test/support/servers.ts';
import { goodClaims, signedToken, signingKey, TestIssuer } from '../../test/support/test-issuer.ts';
import { BENCH_FOLDER } from '../bench-folder.ts';
import { countOption } from '../bench-options.ts';
import { ensureTools } from '../bench-tools.ts';
import { median } from '../median.ts';
import { benchRepo } from '../read/bench-repo.ts';
import { requestBody, SHAPES } from '../read/shapes.ts';
import { LOAD_CORE, loadRound } from '../read/wrk.ts';
import { groupCpuSeconds } from './group-cpu.ts';

const USAGE = `Measures what authentication costs a read of 1x10: with a remembered OIDC token, and without.

  npm run bench -- auth [options]

  --rounds N          rounds per server, in turn (9)
  --seconds N         length of a round (3)
`;

const SERVER_CORE = '0';
const BODIES = 500;
const SEED = 9;
const CONNECTIONS = 8;
const MOST_COST = 0.15;
const WARM_UP_ROUNDS = 3;

interface Candidate {
  readonly server: RunningServer;
  readonly token?: string;
  readonly rounds: { readonly requestsPerSecond: number; readonly cpuMicroseconds: number }[];
}

const say = (line: string): void => console.error(line);

/** `npm run bench -- auth`. */
export async function benchAuth(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  ensureTools(['taskset', 'wrk'], say);
  const issuer = new TestIssuer();
  await issuer.start();
  const candidates: Candidate[] = [];
  try {
    candidates.push(...(await startBoth(issuer)));
    const seconds = countOption('seconds', values.seconds);
    const rounds = countOption('rounds', values.rounds);
    for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round += 1) {
      say(round <= 0 ? 'warming up' : `round ${round} of ${rounds}`);
      for (const candidate of candidates) await measure(candidate, seconds, round > 0);
      candidates.reverse();
    }
  } finally {
    await Promise.all(candidates.map(async ({ server }) => server.stop()));
    await issuer.stop();
  }
  return report(candidates);
}

async function startBoth(issuer: TestIssuer): Promise<Candidate[]> {
  const key = await signingKey('bench');
  issuer.keys = [key.jwk];
  const repo = await benchRepo('sqlite', ensureFeastVenv(say), say);
  const yaml = readFileSync(join(repo.path, 'feature_store.yaml'), 'utf8');
  const open = yaml.replace(/^auth:\n(?: .*\n?)*/m, '');
  const closed = `${open}auth: {type: oidc, auth_discovery_url: "${issuer.discoveryUrl}", client_id: c}\n`;
  const groups = Array.from({ length: 8 }, (_, at) => `/teams/team-${at}`);
  const claims = goodClaims({
    resource_access: { c: { roles: ['reader', 'writer'] } },
    groups,
    exp: 4_102_444_800,
  });
  return [
    { server: await start(repo.path, 'open', open), rounds: [] },
    { server: await start(repo.path, 'oidc', closed), token: await signedToken(key, claims), rounds: [] },
  ];
}

function start(repo: string, name: string, yaml: string): Promise<RunningServer> {
  const folder = join(BENCH_FOLDER, `auth-${name}`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'feature_store.yaml');
  writeFileSync(file, yaml);
  return startSalver({
    repo,
    args: ['--feature-store-yaml', file],
    prefix: ['taskset', '-c', SERVER_CORE],
    logFile: join(folder, 'server.log'),
  });
}

async function measure(
  { server, token, rounds }: Candidate,
  seconds: number,
  counts: boolean,
): Promise<void> {
  const [shape] = SHAPES;
  const random = new SeededRandom(SEED);
  const bodies = Array.from({ length: BODIES }, () => requestBody(shape as (typeof SHAPES)[number], random));
  const bodiesFile = join(BENCH_FOLDER, 'auth.bodies');
  writeFileSync(bodiesFile, `${bodies.join('\n')}\n`);
  const cpuBefore = groupCpuSeconds(server.pid);
  const round = await loadRound({
    url: server.baseUrl,
    bodiesFile,
    seconds,
    connections: CONNECTIONS,
    core: LOAD_CORE,
    ...(token !== undefined && { token }),
  });
  if (round.invalid !== undefined) throw new Error(round.invalid);
  const cpuSeconds = groupCpuSeconds(server.pid) - cpuBefore;
  const cpuMicroseconds = (cpuSeconds * 1e6) / (round.requestsPerSecond * seconds);
  if (counts) rounds.push({ requestsPerSecond: round.requestsPerSecond, cpuMicroseconds });
}

/** Rounds are compared in pairs, one after the other: what else the machine does counts for both. */
function report(candidates: readonly Candidate[]): number {
  const of = (isOpen: boolean): Candidate['rounds'] =>
    candidates.find(({ token }) => (token === undefined) === isOpen)?.rounds ?? [];
  const [open, oidc] = [of(true), of(false)];
  const cost =
    median(oidc.map(({ cpuMicroseconds }, at) => cpuMicroseconds / (open[at]?.cpuMicroseconds ?? 0))) - 1;
  const row = (name: string, rounds: Candidate['rounds']): string => {
    const requests = median(rounds.map(({ requestsPerSecond }) => requestsPerSecond));
    const cpu = median(rounds.map(({ cpuMicroseconds }) => cpuMicroseconds));
    return `| ${name} | ${requests.toFixed(0)} | ${cpu.toFixed(1)} |`;
  };
  console.log(
    [
      '| 1x10, SQLite | requests/s | CPU µs/request |',
      '|---|---|---|',
      row('no_auth', open),
      row('oidc, token remembered', oidc),
      '',
      `cost: ${(cost * 100).toFixed(1)} % of the CPU time of a read; at most ${MOST_COST * 100} % is wanted`,
    ].join('\n'),
  );
  return cost <= MOST_COST ? 0 : 1;
}
