import { parseArgs } from 'node:util';

import { SeededRandom } from '../../test/support/random.ts';
import type { RunningServer } from '../../test/support/server-process.ts';
import {
  goodClaims,
  signedToken,
  type SigningKey,
  signingKey,
  TestIssuer,
} from '../../test/support/test-issuer.ts';
import { countOption } from '../bench-options.ts';
import { ensureTools } from '../bench-tools.ts';
import { requestBody, SHAPES, type Shape } from '../read/shapes.ts';
import { type AuthServers, startAuthServers } from './auth-servers.ts';
import { KeepAliveClient } from './keep-alive-client.ts';
import { type Candidate, type Measured, reportCosts } from './report.ts';
import { threadMicroseconds } from './thread-time.ts';

const USAGE = `Measures what authentication and permissions cost a warm read of 1x10: processor time of the server for one request
with a token of an issuer, against one where authentication is off. Both servers are up, one of them at a time gets a short
round of requests, and rounds that follow each other are compared, so that other work on the machine only widens the range.

  npm run bench -- auth [options]

  --rounds N          rounds of each candidate, in turn (150)
  --requests N        requests of a round (300)
`;

const BODIES = 500;
const CALLERS = 50;
const SEED = 9;
const CONNECTIONS = 8;
/** Of each candidate, until the compiler of Node has done its work. */
const WARM_UP_REQUESTS = 6000;
const MOST_ROUNDS = 5000;
const FAR_FUTURE_SECONDS = 4_102_444_800;

interface Runner extends Candidate {
  readonly server: RunningServer;
  readonly client: KeepAliveClient;
  readonly rounds: Measured[];
}

const say = (line: string): void => console.error(line);

/** `npm run bench -- auth`. */
export async function benchAuth(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '150' },
      requests: { type: 'string', default: '300' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const rounds = countOption('rounds', values.rounds, MOST_ROUNDS);
  const requests = countOption('requests', values.requests, MOST_ROUNDS);
  ensureTools(['taskset'], say);
  const issuer = new TestIssuer();
  await issuer.start();
  try {
    const key = await signingKey('bench');
    issuer.keys = [key.jwk];
    const servers = await startAuthServers(issuer.discoveryUrl, say);
    try {
      const runners = await openRunners(servers, key);
      await measure(runners, rounds, requests);
      return reportCosts(runners, { rounds, requests, connections: CONNECTIONS });
    } finally {
      await servers.stop();
    }
  } finally {
    await issuer.stop();
  }
}

/** The same server twice shows what the measurement cannot tell apart. */
async function openRunners({ open, oidc }: AuthServers, key: SigningKey): Promise<readonly Runner[]> {
  const tokens = await Promise.all(Array.from({ length: CALLERS }, (_, at) => tokenOf(key, at)));
  return Promise.all([
    openRunner('no_auth', open, []),
    openRunner('no_auth, once more', open, []),
    openRunner('oidc, one caller', oidc, tokens.slice(0, 1)),
    openRunner(`oidc, ${CALLERS} callers in turn`, oidc, tokens),
  ]);
}

function tokenOf(key: SigningKey, at: number): Promise<string> {
  const claims = goodClaims({
    preferred_username: `user-${at}`,
    resource_access: { c: { roles: ['reader', 'writer'] } },
    groups: Array.from({ length: 8 }, (_, group) => `/teams/team-${group}`),
    exp: FAR_FUTURE_SECONDS,
  });
  return signedToken(key, claims);
}

async function openRunner(name: string, server: RunningServer, tokens: readonly string[]): Promise<Runner> {
  const [shape] = SHAPES;
  const random = new SeededRandom(SEED);
  const requests = Array.from({ length: BODIES }, (_, at) => {
    const body = requestBody(shape as Shape, random);
    const token = tokens[at % tokens.length];
    return Buffer.from(
      [
        'POST /get-online-features HTTP/1.1',
        `host: 127.0.0.1:${server.port}`,
        ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
        'content-type: application/json',
        `content-length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  });
  const client = new KeepAliveClient(server.port, requests);
  await client.open(CONNECTIONS);
  return { name, isAuthenticated: tokens.length > 0, server, client, rounds: [] };
}

/** Each candidate begins a round as often as the others. */
async function measure(runners: readonly Runner[], rounds: number, requests: number): Promise<void> {
  const warmUps = Math.ceil(WARM_UP_REQUESTS / requests);
  for (let round = -warmUps; round < rounds; round += 1) {
    if (round % 50 === 0) say(`round ${round} of ${rounds}`);
    for (const at of runners.keys()) {
      const runner = runners[(at + round + warmUps) % runners.length] as Runner;
      const measured = await measureRound(runner, requests);
      if (round >= 0) runner.rounds.push(measured);
    }
  }
  for (const { client } of runners) client.close();
}

async function measureRound({ server, client }: Runner, requests: number): Promise<Measured> {
  const [beganMs, before] = [performance.now(), threadMicroseconds(server.pid)];
  await client.send(requests);
  const cpuMicroseconds = (threadMicroseconds(server.pid) - before) / requests;
  return { cpuMicroseconds, requestsPerSecond: (requests * 1000) / (performance.now() - beganMs) };
}
