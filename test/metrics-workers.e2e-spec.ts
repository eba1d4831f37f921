import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CountingClient, GOOD, read } from './support/counting-client.js';
import { type ExposedMetric, registriesTaken, sample, scrape } from './support/exposition.js';
import { childrenOf, isAlive, salver, SalverProcess, within } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';
import { CounterWatch } from './support/counter-watch.js';
import { freePort } from './support/server-process.js';

/** As the worker reports, and some time for the report to come. */
const REPORT_INTERVAL_MS = 1000;
const QUIET_MS = REPORT_INTERVAL_MS + 500;

const READS = 'feast_online_features_request_total';
const TOTAL = 'feast_feature_server_request_total';
/** A machine that does much else is so late with a report at the most. */
const LATE_MS = 1500;
const MEMORY = 'feast_feature_server_memory_usage';
const SUCCESS = `${TOTAL}{endpoint="/get-online-features",status="success"}`;
const ERROR = `${TOTAL}{endpoint="/get-online-features",status="error"}`;
const restarts = (reason: string): string => `salver_worker_restarts_total{reason="${reason}"}`;

let repo: string;
let server: SalverProcess | undefined;

beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-metrics-'));
  cpSync(join(CHECKOUT, 'test/fixtures/conformance/repos/drivers-sqlite'), repo, { recursive: true });
});

afterEach(async () => {
  server?.kill('SIGTERM');
  await delay(600);
  server?.kill('SIGTERM');
  await server?.ended;
  server = undefined;
  rmSync(repo, { recursive: true });
});

function serve(...args: string[]): SalverProcess {
  const command = ['-c', repo, 'serve', '--port', '0', '--no-access-log', ...args];
  // What is shed on a busy machine is not counted as a read.
  const env = { SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '5', SALVER_OVERLOAD_MAX_LOOP_LAG_MS: '0' };
  return (server = new SalverProcess(command, { env }));
}

const metricsUrl = (of: SalverProcess): Promise<string> => of.printed(/"metrics":"([^"]+)"/);
const readyWorkers = ({ output }: SalverProcess): number[] =>
  [...output.matchAll(/"worker":(\d+),"msg":"worker ready"/g)].map(([, pid]) => Number(pid));
const untilReady = async (of: SalverProcess, count: number): Promise<number[]> => {
  await within(60_000, () => (readyWorkers(of).length >= count ? true : undefined));
  expect(readyWorkers(of)).toHaveLength(count);
  return readyWorkers(of).filter(isAlive);
};
const pidsOf = (metrics: ReadonlyMap<string, ExposedMetric>): number[] =>
  [...(metrics.get(MEMORY)?.samples.keys() ?? [])].map((series) => Number(/pid="(\d+)"/.exec(series)?.[1]));

describe('metrics of two workers', () => {
  it('are what clients counted, whatever workers end, and never go down', async () => {
    const running = serve('-m', '--metrics-port', '0', '--workers', '2');
    const url = await running.url();
    const metrics = await metricsUrl(running);
    const [first, second] = (await untilReady(running, 2)) as [number, number];
    await registriesTaken(metrics, 2);
    const watch = new CounterWatch(metrics);

    const steady = new CountingClient(url, 4);
    await delay(1500);
    await within(60_000, () => steady.outcomes.good > 50 || undefined);
    await steady.stop();
    const { good, bad, unavailable, failed } = steady.outcomes;
    expect([unavailable, failed]).toEqual([0, 0]);
    expect(good).toBeGreaterThan(50);
    const exact = async (): Promise<void> => {
      const now = await scrape(metrics);
      expect([sample(now, TOTAL, SUCCESS), sample(now, TOTAL, ERROR), sample(now, READS)]).toEqual([
        good,
        bad,
        good + bad,
      ]);
    };
    // An orderly end loses nothing, though it comes between two reports.
    process.kill(first, 'SIGTERM');
    await untilReady(running, 3);
    await exact();

    // What was counted more than an interval before is not lost with a worker that is killed.
    await delay(QUIET_MS);
    process.kill(second, 'SIGKILL');
    const [third, fourth] = (await untilReady(running, 4)) as [number, number];
    await exact();

    // Killed at work, it loses one interval at most.
    await registriesTaken(metrics, 2);
    const crash = new CountingClient(url, 4);
    await delay(3500);
    const killedAtMs = performance.now();
    process.kill(third, 'SIGKILL');
    await untilReady(running, 5);
    await crash.stop();
    const answered = crash.outcomes.good + crash.outcomes.bad + crash.outcomes.unavailable;
    // Those that failed may have been counted before their connection broke.
    const lately = crash.answeredAtMs.filter(
      (atMs) => atMs > killedAtMs - REPORT_INTERVAL_MS - LATE_MS && atMs <= killedAtMs,
    ).length;
    const counted = sample(await scrape(metrics), READS) - good - bad;
    expect(counted).toBeGreaterThanOrEqual(answered - lately);
    expect(counted).toBeLessThanOrEqual(answered + crash.outcomes.failed);

    await watch.stop();
    expect(watch.wentDown).toEqual([]);
    expect(watch.scrapes).toBeGreaterThan(20);
    const last = await scrape(metrics);
    expect(sample(last, 'salver_worker_restarts_total', restarts('ended'))).toBe(1);
    expect(sample(last, 'salver_worker_restarts_total', restarts('killed'))).toBe(2);
    const [primary] = childrenOf(running.pid) as [number];
    const alive = [primary, fourth, readyWorkers(running).at(-1) as number];
    expect(new Set(pidsOf(last))).toEqual(new Set(alive));
    expect(sample(last, 'salver_requests_in_flight')).toBe(0);
  });

  it('are shown as they were last, for a worker that hangs', async () => {
    const running = serve('-m', '--metrics-port', '0');
    const url = await running.url();
    const metrics = await metricsUrl(running);
    const [worker] = (await untilReady(running, 1)) as [number];
    await registriesTaken(metrics, 1);
    for (let n = 0; n < 7; n++) await read(url, GOOD);
    await delay(QUIET_MS);
    process.kill(worker, 'SIGSTOP');
    try {
      const askedAtMs = performance.now();
      const hanging = await scrape(metrics);
      expect(performance.now() - askedAtMs).toBeLessThan(15_000);
      expect(sample(hanging, READS)).toBe(7);
      expect(pidsOf(hanging)).toContain(worker);
    } finally {
      process.kill(worker, 'SIGCONT');
    }
    await read(url, GOOD);
    expect(sample(await scrape(metrics), READS)).toBe(8);
  });
});

describe('the port of the metrics', () => {
  it('may be held up by clients without any harm to reads', async () => {
    const running = serve('-m', '--metrics-port', '0');
    const url = await running.url();
    const metrics = new URL(await metricsUrl(running));
    await registriesTaken(metrics.href, 1);
    const hanging: Socket[] = [];
    for (let n = 0; n < 200; n++) {
      const socket = connect(Number(metrics.port), metrics.hostname);
      socket.on('error', () => undefined);
      socket.write(n % 2 === 0 ? 'GET / HTTP/1.1\r\n' : 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50));
      socket.pause();
      hanging.push(socket);
    }
    for (let n = 0; n < 20; n++) expect(await read(url, GOOD)).toBe(200);
    // Those that say nothing are cut off, and make room.
    const answered = await within(60_000, () => scrape(metrics.href).catch(() => undefined));
    expect(sample(answered ?? new Map<string, ExposedMetric>(), READS)).toBe(20);
    for (const socket of hanging) socket.destroy();
  });

  it('is not listened at without metrics', async () => {
    const port = await freePort();
    const running = serve('--metrics-port', String(port));
    await untilReady(running, 1);
    await expect(scrape(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
    expect(running.output).not.toContain('serving metrics');
  });

  it('that is in use is told before any worker starts', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as { port: number };
    const { code, output } = await salver([
      '-c',
      repo,
      'serve',
      '--port',
      '0',
      '-m',
      '--metrics-port',
      String(port),
    ]);
    blocker.close();
    expect(code).toBe(1);
    expect(output).toContain(`metrics.port: port ${port} of 127.0.0.1 is in use`);
    expect(output).not.toContain('"worker"');
  });

  it.each([
    {
      args: ['--port', '7000', '--metrics-port', '7000'],
      code: 1,
      message: '7000 is the port of the server too',
    },
    { args: ['--metrics-port', 'x'], code: 2, message: '--metrics-port: expected a whole number' },
  ])('is refused: $args', async ({ args, code, message }) => {
    const ended = await salver(['-c', repo, 'serve', '-m', ...args]);
    expect(ended).toMatchObject({ code });
    expect(ended.output).toContain(message);
  });
});
