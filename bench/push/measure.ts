import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { SeededRandom } from '../../test/support/random.ts';
import type { RunningServer } from '../../test/support/server-process.ts';
import { groupCpuSeconds } from '../auth/group-cpu.ts';
import { BENCH_FOLDER } from '../bench-folder.ts';
import { median } from '../median.ts';
import { LOAD_CORE, loadRound, type Round } from '../read/wrk.ts';
import type { PushOptions, ServerName } from './options.ts';
import { checkBody, pushBody, type Shape } from './shapes.ts';

/** What one server did at one shape: medians over the rounds that count. */
export interface Measured {
  readonly rounds: readonly PushRound[];
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of all processes for each push, what they did for it until the next round included. */
  readonly cpuMs: number;
  /** Rows of the requests that were answered with 2xx, warming up included. */
  readonly acknowledgedRows: number;
}

type PushRound = Round & { readonly cpuMs: number };

export interface ShapeResult {
  readonly shape: string;
  readonly servers: Readonly<Partial<Record<ServerName, Measured>>>;
}

const BODIES = 500;
const SEED = 6;
const SCRIPT = join(import.meta.dirname, 'push.lua');
/** 2026-06-01, behind the times of the file; a round has a million seconds of its own. */
const FIRST_SECOND = 1_780_272_000;
const ROUND_SECONDS = 1_000_000;
const WARM_UP_SECONDS = 1;
const PAUSE_MS = 500;
/** In which what was queued is appended, on the core where the other server comes next. */
const OFFLINE_PAUSE_MS = 4_000;
const ONE_LIMIT_MS = 120_000;
/** Requests in a round of those that are sent one after the other. */
const ONE_BY_ONE = 3;

type Servers = ReadonlyMap<ServerName, RunningServer>;
type OneRound = (name: ServerName, url: string, number: number) => Promise<Round>;

/** Measures one shape on all servers, a round each in turn, after a round of warming up that does not count. */
export async function measureShape(
  shape: Shape,
  servers: Servers,
  options: PushOptions,
): Promise<ShapeResult> {
  const random = new SeededRandom(SEED);
  const bodies = Array.from({ length: BODIES }, () => pushBody(shape, random));
  if (shape.to === 'online') await checkAnswers(shape, servers);
  const isOneByOne = shape.unbatchedInto !== undefined;
  const round = isOneByOne ? oneByOne(shape) : wrkRounds(shape, bodies, options);
  const rounds = new Map<ServerName, PushRound[]>([...servers.keys()].map((name) => [name, []]));
  for (let number = 0; number <= (isOneByOne ? options.rounds - 1 : options.rounds); number += 1) {
    for (const [name, { baseUrl, pid }] of servers) {
      const cpuBefore = groupCpuSeconds(pid);
      const measured = await round(name, baseUrl, number);
      await delay(shape.to === 'online' ? PAUSE_MS : OFFLINE_PAUSE_MS);
      const cpuMs = ((groupCpuSeconds(pid) - cpuBefore) * 1000) / measured.requests;
      rounds.get(name)?.push({ ...measured, cpuMs });
    }
  }
  const counted = (all: readonly PushRound[]) => (isOneByOne ? all : all.slice(1));
  return {
    shape: shape.name,
    servers: Object.fromEntries(
      [...rounds].map(([name, all]) => [name, measured(counted(all), shape.rows * sum(all))]),
    ),
  };
}

function wrkRounds(shape: Shape, bodies: readonly string[], options: PushOptions): OneRound {
  const bodiesFile = join(BENCH_FOLDER, `push-${shape.name.replace(/\W/g, '-')}.bodies`);
  writeFileSync(bodiesFile, `${bodies.join('\n')}\n`);
  const load = { bodiesFile, connections: options.connections, core: LOAD_CORE, script: SCRIPT };
  return (name, url, number) =>
    loadRound({
      ...load,
      url,
      // Its threads share one connection to SQLite: pushes at the same time fail, "cannot start a transaction".
      leaveErrorsOut: name === 'feast',
      seconds: number === 0 ? WARM_UP_SECONDS : options.seconds,
      scriptArgs: [String(FIRST_SECOND + number * ROUND_SECONDS)],
    });
}

/** Requests that take seconds: one after the other, each timed. */
function oneByOne(shape: Shape): OneRound {
  const random = new SeededRandom(SEED);
  return async (name, url) => {
    const times: number[] = [];
    for (let request = 0; request < ONE_BY_ONE; request += 1) {
      const begin = performance.now();
      await push(shape, name, url, pushBody(shape, random));
      times.push(performance.now() - begin);
    }
    const p50Ms = median(times);
    return {
      requests: ONE_BY_ONE,
      errors: 0,
      requestsPerSecond: 1000 / p50Ms,
      p50Ms,
      p99Ms: Math.max(...times),
    };
  };
}

/** Errors: an Error when a server does not take a push, or the two answer differently afterwards. */
async function checkAnswers(shape: Shape, servers: Servers): Promise<void> {
  const body = checkBody(shape, new SeededRandom(SEED));
  const { df } = JSON.parse(body) as { df: Record<string, readonly unknown[]> };
  const features = Object.keys(df).filter((name) => !['user_id', 'event_timestamp'].includes(name));
  const asked = {
    features: features.map((name) => `user_stats:${name}`),
    entities: { user_id: df['user_id']?.slice(0, 3) },
  };
  const answers: unknown[] = [];
  for (const [name, { baseUrl: url }] of servers) {
    await push(shape, name, url, body);
    const text = await post(`${url}/get-online-features`, JSON.stringify(asked));
    answers.push(byName(JSON.parse(text.text) as ReadAnswer));
  }
  if (answers.some((answer) => !isDeepStrictEqual(answer, answers[0])))
    throw new Error(`${shape.name}: the servers read different values:\n${JSON.stringify(answers, null, 1)}`);
}

interface ReadAnswer {
  readonly results: readonly unknown[];
  readonly metadata: { readonly feature_names: readonly string[] };
}

function byName({ results, metadata }: ReadAnswer): Readonly<Record<string, unknown>> {
  return Object.fromEntries(metadata.feature_names.map((name, index) => [name, results[index]]));
}

async function push(shape: Shape, name: ServerName, url: string, body: string): Promise<void> {
  const { status, text } = await post(`${url}/push`, body);
  if (status >= 300) throw new Error(`${shape.name}: ${name} answers ${status} ${text.slice(0, 300)}`);
}

async function post(url: string, body: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(ONE_LIMIT_MS);
  const answer = await fetch(url, { method: 'POST', headers, body, signal });
  return { status: answer.status, text: await answer.text() };
}

function sum(rounds: readonly Round[]): number {
  return rounds.reduce((total, { requests }) => total + requests, 0);
}

/** Medians of the valid rounds; NaN when there is none. */
function measured(rounds: readonly PushRound[], acknowledgedRows: number): Measured {
  const valid = rounds.filter(({ invalid }) => invalid === undefined);
  const medianOf = (of: (round: PushRound) => number): number => median(valid.map(of));
  return {
    rounds,
    requestsPerSecond: medianOf((round) => round.requestsPerSecond),
    p50Ms: medianOf((round) => round.p50Ms),
    p99Ms: medianOf((round) => round.p99Ms),
    cpuMs: medianOf((round) => round.cpuMs),
    acknowledgedRows,
  };
}
