import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';

import { examineOffline, examineOnline } from './faults/examination.js';
import { makeFaultsRepo, removeRepo } from './faults/faults-repo.js';
import { PushClient, type PushTally } from './faults/push-client.js';
import { Recorder } from './faults/recorder.js';
import { SeededRandom } from './support/random.js';
import { childrenOf, SalverProcess } from './support/salver-process.js';
import { freePort, LOOPBACK } from './support/server-process.js';
import { readyCount } from './support/serve-fixture.js';

const CLIENTS = 6;
/** At the same time, on as many connections. */
const FLOOD = 1500;
const FLOOD_BODY_BYTES = 400_000;
/** A worker holds 32 MB of bodies; what it does not hold it refuses. */
const FLOOD_SETTINGS = 'limits:\n  body_bytes: 8000000\nserver:\n  request_timeout_ms: 60000\n';
/** Of a process at any time, itself included. A worker is sent 300 MB. */
const MOST_MEGABYTES = 800;

let opened: AsyncDisposableStack;
afterEach(() => opened.disposeAsync());

interface Load {
  readonly repo: string;
  readonly port: number;
  readonly server: SalverProcess;
  readonly recorder: Recorder;
  readonly tally: PushTally;
  /** Until they are told to stop, by the function that this returns. */
  readonly push: () => () => Promise<void>;
}

async function start(batched: boolean, workers = 2, salverYaml = ''): Promise<Load> {
  opened = new AsyncDisposableStack();
  const repo = await makeFaultsRepo({ store: 'sqlite', batched });
  opened.defer(() => removeRepo(repo));
  writeFileSync(join(repo, 'salver.yaml'), salverYaml);
  const recorder = opened.adopt(new Recorder(join(repo, 'acknowledged.jsonl')), (it) => it.close());
  const tally: PushTally = { byStatus: new Map(), problems: [] };
  const port = await freePort();
  const server = serve(repo, port, workers);
  await readyCount(server, workers);
  const push = (): (() => Promise<void>) => {
    let stopped = false;
    const clients = Array.from({ length: CLIENTS }, (_, seed) =>
      new PushClient(port, recorder, tally).run(new SeededRandom(seed), () => stopped),
    );
    return async () => {
      stopped = true;
      await Promise.all(clients);
    };
  };
  return { repo, port, server, recorder, tally, push };
}

function serve(repo: string, port: number, workers: number): SalverProcess {
  const args = ['serve', '--port', String(port), '--workers', String(workers), '--no-access-log'];
  const server = new SalverProcess(['-c', repo, ...args]);
  opened.defer(async () => {
    server.kill('SIGTERM');
    await server.ended;
  });
  return server;
}

it.each([
  ['with a journal', true],
  ['without one', false],
])(
  'SIGTERM while rows are pushed, %s: all that was acknowledged is stored, and the exit code is 0',
  async (_, batched) => {
    const { repo, port, server, recorder, tally, push } = await start(batched);
    const stopPushing = push();
    await sleep(2000);
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
    await stopPushing();
    expect(tally.problems).toEqual([]);
    expect(recorder.acknowledged).toBeGreaterThan(20);
    // Nothing is left to a successor.
    expect(await examineOffline(recorder, repo)).toEqual([]);
    await readyCount(serve(repo, port, 1), 1);
    expect(await examineOnline(recorder, port)).toEqual([]);
  },
  180_000,
);

it('SIGHUP while rows are pushed, also with other settings: no request fails', async () => {
  const { repo, port, server, recorder, tally, push } = await start(true);
  const stopPushing = push();
  await sleep(500);
  const [primary] = childrenOf(server.pid) as [number];
  process.kill(primary, 'SIGHUP');
  await readyCount(server, 4);
  writeFileSync(join(repo, 'salver.yaml'), 'overload:\n  max_in_flight: 500\n');
  process.kill(primary, 'SIGHUP');
  await readyCount(server, 6);
  await sleep(1000);
  await stopPushing();
  expect(tally.problems).toEqual([]);
  expect(new Set(tally.byStatus.keys())).toEqual(new Set([200, 202]));
  expect(await examineOnline(recorder, port)).toEqual([]);
  server.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  expect(await examineOffline(recorder, repo)).toEqual([]);
}, 180_000);

interface Flooded {
  /** -1: none. */
  readonly status: number;
  readonly retryAfter: string | undefined;
}

it('more large pushes than it can hold: some are refused, memory is bounded, and it lives', async () => {
  const { port, server, push, tally } = await start(false, 2, FLOOD_SETTINGS);
  const body = Buffer.from(largePush());
  const [primary] = childrenOf(server.pid) as [number];
  const before = childrenOf(primary);
  const answers = await Promise.all(Array.from({ length: FLOOD }, () => send(port, body)));
  const taken = answers.filter(({ status }) => status === 200).length;
  const refused = answers.filter(({ status }) => status === 503);
  expect(taken + refused.length).toBe(FLOOD);
  expect(taken).toBeGreaterThan(0);
  expect(refused.filter(({ retryAfter }) => retryAfter === undefined)).toEqual([]);
  expect(childrenOf(primary)).toEqual(before);
  expect(before.map(peakMegabytes).filter((megabytes) => megabytes > MOST_MEGABYTES)).toEqual([]);
  const stopPushing = push();
  await sleep(1000);
  await stopPushing();
  expect(tally.problems).toEqual([]);
  expect([...tally.byStatus.keys()]).toEqual([200]);
}, 180_000);

/** To both stores; the rows of all are those of the same entities. */
function largePush(): string {
  const rows = 20;
  const column = <T>(value: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => value(row));
  return JSON.stringify({
    push_source_name: 'archive_push',
    to: 'online_and_offline',
    df: {
      sensor_id: column((row) => row),
      event_timestamp: column(() => '2025-01-01T00:00:00Z'),
      row_id: column(() => 'x'.repeat(FLOOD_BODY_BYTES / rows)),
      reading: column(() => 0.5),
    },
  });
}

function send(port: number, body: Buffer): Promise<Flooded> {
  const { promise, resolve } = Promise.withResolvers<Flooded>();
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const options = { host: LOOPBACK, port, method: 'POST', path: '/push', headers, agent: false };
  const outgoing = httpRequest(options, (incoming) => {
    incoming.resume();
    resolve({ status: incoming.statusCode ?? -1, retryAfter: incoming.headers['retry-after'] });
  });
  outgoing.on('error', () => resolve({ status: -1, retryAfter: undefined }));
  outgoing.end(body);
  return promise;
}

/** Since it began. */
function peakMegabytes(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
