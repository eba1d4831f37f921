import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { answerDifference } from '../../test/conformance/compare.ts';
import type { Answer, RecordedRequest } from '../../test/conformance/exchange.ts';
import { send } from '../../test/conformance/http-client.ts';
import { SeededRandom } from '../../test/support/random.ts';
import { BENCH_FOLDER } from '../bench-folder.ts';
import type { ServerName } from '../load-options.ts';
import { median } from '../median.ts';
import type { BenchOptions } from './options.ts';
import { columnsOf, requestBody, type Shape } from './shapes.ts';
import { LOAD_CORE, loadRound, type Round } from './wrk.ts';

/** What one server did at one shape: medians over the rounds that count. */
export interface Measured {
  readonly rounds: readonly Round[];
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface ShapeResult {
  readonly shape: string;
  readonly servers: Readonly<Partial<Record<ServerName, Measured>>>;
}

const BODIES = 500;
const SEED = 9;
const WARM_UP_SECONDS = 1;
const PAUSE_MS = 300;
const MOST_PAUSE_MS = 5_000;

/**
 * Measures one shape on all servers, a round each in turn, after a round of warming up that does not count.
 * Errors: an Error when a server does not answer 200, or the two answer differently.
 */
export async function measureShape(
  shape: Shape,
  servers: ReadonlyMap<ServerName, string>,
  options: BenchOptions,
): Promise<ShapeResult> {
  const random = new SeededRandom(SEED);
  const bodies = Array.from({ length: BODIES }, () => requestBody(shape, random));
  await checkAnswers(shape, servers, bodies[0] as string);
  const bodiesFile = join(BENCH_FOLDER, `${shape.name.replace(/\W/g, '-')}.bodies`);
  writeFileSync(bodiesFile, `${bodies.join('\n')}\n`);
  const rounds = new Map<ServerName, Round[]>([...servers.keys()].map((name) => [name, []]));
  const seconds = Math.max(options.seconds, shape.leastSeconds ?? 0);
  const load = { bodiesFile, connections: options.connections, core: LOAD_CORE };
  for (const url of servers.values()) await settled(loadRound({ ...load, url, seconds: WARM_UP_SECONDS }));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [name, url] of servers) {
      rounds.get(name)?.push(await settled(loadRound({ ...load, url, seconds })));
    }
  }
  return {
    shape: shape.name,
    servers: Object.fromEntries([...rounds].map(([name, measured]) => [name, medians(measured)])),
  };
}

/**
 * A round, and the time that its server needs for the requests which were under way when the load ended: it works
 * on them to the end, on the core where the other server's round comes next.
 */
async function settled(round: Promise<Round>): Promise<Round> {
  const measured = await round;
  await delay(Math.min(PAUSE_MS + measured.p99Ms, MOST_PAUSE_MS));
  return measured;
}

async function checkAnswers(
  shape: Shape,
  servers: ReadonlyMap<ServerName, string>,
  body: string,
): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const request: RecordedRequest = { method: 'POST', path: '/get-online-features', headers, body_text: body };
  let first: Answer | undefined;
  for (const [name, url] of servers) {
    const answer = await send(url, request);
    if (answer.status !== 200)
      throw new Error(`${shape.name}: ${name} answers ${answer.status} ${answer.text.slice(0, 300)}`);
    first ??= answer;
    const response = { status: 200, body_text: first.text, body: JSON.parse(first.text) as unknown };
    const exchange = { name: shape.name, endpoint: '', request, response, columns: columnsOf(shape) };
    const difference = answerDifference(exchange, answer, { numbers: 'text', origin: '' });
    if (difference !== undefined)
      throw new Error(`${shape.name}: ${name} answers differently: ${difference}`);
  }
}

/** Medians of the valid rounds; NaN when there is none. */
function medians(rounds: readonly Round[]): Measured {
  const valid = rounds.filter(({ invalid }) => invalid === undefined);
  const medianOf = (of: (round: Round) => number): number => median(valid.map(of));
  return {
    rounds,
    requestsPerSecond: medianOf((round) => round.requestsPerSecond),
    p50Ms: medianOf((round) => round.p50Ms),
    p99Ms: medianOf((round) => round.p99Ms),
  };
}
