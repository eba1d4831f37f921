import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionsOf } from './support/connections.js';
import { KeepAliveLoad } from './support/keep-alive-load.js';
import { isAlive, within } from './support/salver-process.js';
import {
  primaryOf,
  READ_BODY,
  READ_PATH,
  readyCount,
  readyWorkers,
  ServeFixture,
} from './support/serve-fixture.js';

/** `SALVER_LONG=1`, as `npm run test:long` sets it: the figures that the project promises. */
const IS_LONG = process.env['SALVER_LONG'] === '1';
const RECYCLES = IS_LONG ? 20 : 4;
const RELOADS = IS_LONG ? 5 : 1;
const REQUESTS = IS_LONG ? 20_000 : 2_000;
const LIMIT_MS = IS_LONG ? 600_000 : 60_000;

const QUICK_TURNOVER = {
  SALVER_SERVER_MIN_WORKER_AGE_SECONDS: '0',
  SALVER_SERVER_KEEP_ALIVE_TIMEOUT_SECONDS: '1',
};

let fixture: ServeFixture;
beforeEach(() => {
  fixture = new ServeFixture();
});
afterEach(async () => fixture.close());

function load(url: string, clients: number): KeepAliveLoad {
  return new KeepAliveLoad({ url, path: READ_PATH, body: READ_BODY }, clients);
}

describe('workers that are replaced', () => {
  it(
    'lose no request of clients that keep their connections, at recycling and at SIGHUP',
    { timeout: LIMIT_MS + 60_000 },
    async () => {
      const server = fixture.serve(
        ['--workers', '2', '--max-requests', '150', '--max-requests-jitter', '50'],
        {
          ...QUICK_TURNOVER,
        },
      );
      const url = await server.url();
      await readyCount(server, 2);
      const clients = load(url, 4);
      for (let reload = 0; reload < RELOADS; reload++) {
        const before = readyWorkers(server).length;
        process.kill(primaryOf(server), 'SIGHUP');
        await readyCount(server, before + 2);
      }
      const wanted = 2 + 2 * RELOADS + RECYCLES;
      const isDone = () => readyWorkers(server).length >= wanted && clients.answered >= REQUESTS;
      expect(await within(LIMIT_MS, () => isDone() || undefined)).toBe(true);
      await clients.stop();
      expect(clients.failures).toEqual([]);
      expect([...clients.statuses.keys()]).toEqual([200]);
    },
  );

  it('get their part of a few clients with connections that stay open', { timeout: 120_000 }, async () => {
    const server = fixture.serve(['--workers', '4'], QUICK_TURNOVER);
    const url = await server.url();
    const port = Number(new URL(url).port);
    await readyCount(server, 4);
    const clients = load(url, 8);
    const isSpread = () => {
      const counts = readyWorkers(server)
        .filter(isAlive)
        .map((pid) => connectionsOf(pid, port));
      return counts.length === 4 && counts.every((count) => count >= 1 && count <= 3);
    };
    expect(await within(20_000, () => isSpread() || undefined)).toBe(true);
    process.kill(primaryOf(server), 'SIGHUP');
    await readyCount(server, 8);
    expect(await within(30_000, () => isSpread() || undefined)).toBe(true);
    await clients.stop();
    expect(clients.failures).toEqual([]);
  });

  it('are told of and replaced when they hang', { timeout: 90_000 }, async () => {
    const server = fixture.serve(['--workers', '2'], { SALVER_SERVER_HANG_TIMEOUT_SECONDS: '2' });
    await server.url();
    const [victim] = (await readyCount(server, 2)) as [number];
    process.kill(victim, 'SIGSTOP');
    await readyCount(server, 3);
    expect(isAlive(victim)).toBe(false);
    expect(server.output).toMatch(new RegExp(`"worker":${victim},"silentMs":\\d+,"msg":"a worker hangs`));
  });

  it('fail at most what was under way on them when they are killed', { timeout: 90_000 }, async () => {
    const server = fixture.serve(['--workers', '2']);
    const url = await server.url();
    const [victim] = (await readyCount(server, 2)) as [number];
    const clients = load(url, 4);
    await within(10_000, () => clients.answered > 200 || undefined);
    process.kill(victim, 'SIGKILL');
    await readyCount(server, 3);
    const answered = clients.answered;
    await within(10_000, () => clients.answered > answered + 200 || undefined);
    await clients.stop();
    // One request at a time on each connection.
    expect(clients.failed).toBeLessThanOrEqual(4);
    expect([...clients.statuses.keys()]).toEqual([200]);
  });
});

describe('SIGHUP', () => {
  it('keeps the old configuration when the new one is wrong', { timeout: 60_000 }, async () => {
    const { writeFileSync } = await import('node:fs');
    const server = fixture.serve();
    const url = await server.url();
    const [worker] = (await readyCount(server, 1)) as [number];
    writeFileSync(`${fixture.repo}/salver.yaml`, 'server: {prot: 1}\n');
    process.kill(primaryOf(server), 'SIGHUP');
    await server.printed(
      /server\.prot.*"msg":"told to reload: the configuration is wrong, the old one stays"/,
    );
    await delay(500);
    expect(isAlive(worker)).toBe(true);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('takes new limits into use, and says what needs a restart', { timeout: 60_000 }, async () => {
    const { writeFileSync } = await import('node:fs');
    const server = fixture.serve();
    const url = await server.url();
    await readyCount(server, 1);
    const read = async () => (await fetch(`${url}${READ_PATH}`, { method: 'POST', body: READ_BODY })).status;
    expect(await read()).toBe(200);
    writeFileSync(`${fixture.repo}/salver.yaml`, 'limits: {body_bytes: 10}\nserver: {host: "127.0.0.2"}\n');
    process.kill(primaryOf(server), 'SIGHUP');
    await server.printed(/"path":"server\.host","msg":"has changed, which takes effect only with a restart"/);
    await readyCount(server, 2);
    expect(await within(10_000, async () => ((await read()) === 413 ? true : undefined))).toBe(true);
  });
});
