import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { residentMegabytes, workersOf } from './fuzz/server-watch.ts';
import { within } from './support/salver-process.ts';
import type { RunningServer } from './support/server-process.ts';
import { CHECKOUT, startSalver } from './support/servers.ts';
import { startTestApp } from './support/test-app.ts';

const READ = '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001]}}';
const FEATURES = '"features":["driver_hourly_stats:rating"]';
/** What one such request may take on a machine that does other things, too. */
const LIMIT_MS = 20_000;
/** Body, its text and what is made of it: a few times its length, and garbage that is not collected yet. */
const LIMIT_MB = 400;

let folder: string;
let server: RunningServer;
let workers: readonly number[];

async function post(body: string | Buffer, headers: Record<string, string> = {}) {
  const answer = await fetch(`${server.baseUrl}/get-online-features`, { method: 'POST', body, headers });
  return { status: answer.status, text: await answer.text() };
}

/** The server goes on: the loop may be late for a moment after a long request. */
const goesOn = () => within(LIMIT_MS, async () => ((await post(READ)).status === 200 ? true : undefined));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'salver-abuse-'));
  cpSync(join(CHECKOUT, 'test/fixtures/conformance/repos/drivers-sqlite'), folder, { recursive: true });
  server = await startSalver({ repo: folder, logFile: join(folder, 'server.log') });
  workers = workersOf(server.pid);
});
afterAll(async () => {
  await server.stop(1000);
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  if ((await goesOn()) === undefined) throw new Error('the server does not answer any more');
});

describe('a body is answered in bounded time and memory', () => {
  it.each<[string, () => string | Buffer, number, RegExp]>([
    ['deep arrays', () => `{"entities":${'['.repeat(10_000_000)}`, 422, /Nested too deeply/],
    ['deep objects', () => '{"a":'.repeat(3_000_000), 422, /Nested too deeply/],
    [
      'deep arrays beside what is read',
      () => `{"x":${'['.repeat(400)}${']'.repeat(400)},${READ.slice(1)}`,
      200,
      /1001/,
    ],
    [
      'a million entities',
      () => `{${FEATURES},"entities":{"driver_id":[${'1001,'.repeat(999_999)}1001]}}`,
      422,
      /at most 100000 rows/,
    ],
    [
      'a million columns',
      () => `{${FEATURES},"entities":{${numbered(1_000_000)}}}`,
      422,
      /More than 100000 members/,
    ],
    [
      'a thousand and one columns',
      () => `{${FEATURES},"entities":{${numbered(1001)}}}`,
      422,
      /at most 1000 columns/,
    ],
    [
      'a million features',
      () => `{"features":[${'"a:b",'.repeat(999_999)}"a:b"],"entities":{"driver_id":[1]}}`,
      422,
      /at most 10000 features/,
    ],
    [
      'a million times __proto__',
      () => `{${'"__proto__":{"x":[1]},'.repeat(1_000_000)}${READ.slice(1)}`,
      200,
      /1001/,
    ],
    [
      'an integer of ten million digits',
      () => `{${FEATURES},"entities":{"driver_id":[${'9'.repeat(10_000_000)}]}}`,
      422,
      /more than 4300 digits/,
    ],
    [
      'a text of two million escapes',
      () => `{${FEATURES},"entities":{"driver_id":["${String.raw`\u0041`.repeat(2_000_000)}"]}}`,
      422,
      /driver_id/,
    ],
    ['blanks alone', () => Buffer.alloc(50_000_000, ' '), 422, /json_invalid/],
  ])('%s', async (_hole, make, status, text) => {
    const body = make();
    const beforeMb = residentMegabytes(workers);
    const began = performance.now();
    const answer = await post(body);
    expect(performance.now() - began).toBeLessThan(LIMIT_MS);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
    // What is wrong is told, and not all of it repeated.
    expect(answer.text.length).toBeLessThan(100_000);
    expect(residentMegabytes(workers) - beforeMb).toBeLessThan(LIMIT_MB);
  });
});

describe('headers', () => {
  const bombs: [string, Record<string, string>][] = [
    ['one of 200 kB', { bomb: 'x'.repeat(200_000) }],
    [
      '5 000 of them',
      Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`bomb-${index}`, 'x'.repeat(20)])),
    ],
    ['a token of 200 kB', { authorization: `Bearer ${'x'.repeat(200_000)}` }],
  ];
  it.each(bombs)('that are a bomb are refused: %s', async (_bomb, headers) => {
    const beforeMb = residentMegabytes(workers);
    expect((await post(READ, headers)).status).toBe(431);
    expect(residentMegabytes(workers) - beforeMb).toBeLessThan(50);
  });

  it('that name what objects inherit are ordinary', async () => {
    expect((await post(READ, { constructor: 'x', __proto__x: 'y', tostring: 'z' })).status).toBe(200);
  });
});

describe('slow clients', () => {
  it('that send their headers byte by byte hold up nobody, and cost little', async () => {
    const beforeMb = residentMegabytes(workers);
    const sockets = await clients(300, 'POST /get-online-features HTTP/1.1\r\n');
    for (let round = 0; round < 10; round++) {
      for (const socket of sockets) socket.write('x');
      const began = performance.now();
      expect((await post(READ)).status).toBe(200);
      expect(performance.now() - began).toBeLessThan(LIMIT_MS / 4);
    }
    expect(residentMegabytes(workers) - beforeMb).toBeLessThan(100);
    for (const socket of sockets) socket.destroy();
  });

  it('that send long bodies hold a bounded part of the memory together, and small requests go on', async () => {
    const beforeMb = residentMegabytes(workers);
    const head = 'POST /get-online-features HTTP/1.1\r\nhost: x\r\ncontent-length: 60000000\r\n\r\n';
    const sockets = await clients(16, head);
    const answers: string[] = [];
    for (const socket of sockets) socket.on('data', (data) => answers.push(data.toString()));
    const chunk = Buffer.alloc(1_000_000, ' ');
    // 16 × 50 MB
    for (let round = 0; round < 50; round++) {
      for (const socket of sockets) if (socket.writable) socket.write(chunk);
      await delay(10);
    }
    expect(await within(LIMIT_MS, () => (answers.length > 0 ? true : undefined))).toBe(true);
    expect(answers[0]).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: 1\r\n[^]*too many large bodies/);
    expect(residentMegabytes(workers) - beforeMb).toBeLessThan(550);
    expect((await post(READ)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    // What they held is free again.
    const long = `${' '.repeat(30_000_000)}${READ}`;
    expect(await within(LIMIT_MS, async () => ((await post(long)).status === 200 ? true : undefined))).toBe(
      true,
    );
  });

  it('are cut off after a minute', async () => {
    const yaml =
      'project: p\nprovider: local\nregistry: data/registry.db\nonline_store: {type: sqlite, path: data/o.db}\nentity_key_serialization_version: 3\n';
    const started = await startTestApp({ yaml });
    const http = started.app.getHttpServer() as { requestTimeout: number; headersTimeout: number };
    expect(http.requestTimeout).toBe(60_000);
    expect(http.headersTimeout).toBeLessThanOrEqual(60_000);
    await started.close();
  });
});

describe('paths', () => {
  it.each([
    '/../../../../etc/passwd',
    '/docs/../../../../etc/passwd',
    '/docs/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    '/docs/..%2f..%2f..%2f..%2fetc%2fpasswd',
    '/docs/..%5c..%5cpackage.json',
    '/docs/%2e%2e%2fpackage.json',
    '/redoc/....//....//package.json',
    '/docs/%00/etc/passwd',
    '//etc/passwd',
    '/docs/index.html%00.png',
    '/static/../feature_store.yaml',
  ])('%s leads to no file', async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (?:400|403|404|405) /);
    expect(answer).not.toMatch(/root:|"dependencies"|project:/);
  });
});

describe('after all of that', () => {
  it('the same worker serves', () => {
    expect(workersOf(server.pid)).toEqual(workers);
  });
});

function numbered(columns: number): string {
  return Array.from({ length: columns }, (_, index) => `"k${index}":[1]`).join();
}

/** Connections that have sent the beginning of a request. */
async function clients(count: number, beginning: string): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(server.port, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => undefined);
  await Promise.all(sockets.map((socket) => new Promise((done) => socket.write(beginning, done))));
  return sockets;
}

async function raw(request: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(request);
  let text = '';
  for await (const data of socket) text += String(data);
  return text;
}
