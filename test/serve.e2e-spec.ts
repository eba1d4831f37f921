import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { childrenOf, isAlive, salver, SalverProcess, within, workersOf } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';

const BODY = '{"features":["driver_hourly_stats:conv_rate"],"entities":{"driver_id":[1001]}}';

let repo: string;
let started: SalverProcess[] = [];

beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-serve-'));
  cpSync(join(CHECKOUT, 'test/fixtures/example'), repo, { recursive: true });
});

afterEach(async () => {
  for (const server of started) {
    server.kill('SIGTERM');
    await delay(600);
    server.kill('SIGTERM');
    await server.ended;
  }
  started = [];
  rmSync(repo, { recursive: true });
});

function serve(args: readonly string[] = [], env: Record<string, string> = {}): SalverProcess {
  // Idle connections of the client hold a server until its grace is over.
  const grace = { SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '2' };
  const server = new SalverProcess(['-c', repo, 'serve', '--port', '0', ...args], {
    env: { ...grace, ...env },
  });
  started.push(server);
  return server;
}

const status = async (url: string): Promise<number | undefined> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return undefined;
  }
};
const read = async (url: string): Promise<Response> =>
  fetch(`${url}/get-online-features`, { method: 'POST', body: BODY, signal: AbortSignal.timeout(20_000) });
const isReady = (url: string) =>
  within(60_000, async () => ((await status(`${url}/health/ready`)) === 200 ? true : undefined));

describe('salver serve', () => {
  it('serves the registry and store that Feast made, and ends in order on SIGTERM', async () => {
    const server = serve();
    const url = await server.url();
    expect(await isReady(url)).toBe(true);
    const answer = await read(url);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ metadata: { feature_names: ['driver_id', 'conv_rate'] } });
    expect(await server.printed(/"POST \/get-online-features" 200/)).toBeTruthy();
    server.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    expect(await status(`${url}/health`)).toBeUndefined();
  });

  it('prints no line per request with --no-access-log', async () => {
    const server = serve(['--no-access-log']);
    const url = await server.url();
    await isReady(url);
    await read(url);
    server.kill('SIGTERM');
    expect((await server.ended).output).not.toContain('get-online-features');
  });

  it('replaces a worker that was killed, while the other serves', async () => {
    const server = serve(['--workers', '2']);
    const url = await server.url();
    const ready = (): number[] =>
      [...server.output.matchAll(/"worker":(\d+),"msg":"worker ready"/g)].map(([, pid]) => Number(pid));
    const two = await within(60_000, () => (ready().length === 2 ? ready() : undefined));
    expect(two).toHaveLength(2);
    const [victim] = two as [number, number];
    process.kill(victim, 'SIGKILL');
    while (isAlive(victim)) await delay(5);
    for (let n = 0; n < 20; n++) expect((await read(url)).status).toBe(200);
    const three = await within(60_000, () => (ready().length === 3 ? ready() : undefined));
    expect(three).toHaveLength(3);
    for (let n = 0; n < 20; n++) expect((await read(url)).status).toBe(200);
  });

  it('leaves no process behind when the launcher or the primary is killed', async () => {
    for (const victim of ['launcher', 'primary'] as const) {
      const server = serve();
      const url = await server.url();
      const [primary] = childrenOf(server.pid) as [number];
      const others = childrenOf(primary);
      expect(workersOf(primary)).toHaveLength(1);
      process.kill(victim === 'launcher' ? server.pid : primary, 'SIGKILL');
      const gone = await within(60_000, () => ([primary, ...others].some(isAlive) ? undefined : true));
      expect(gone).toBe(true);
      expect(await status(`${url}/health`)).toBeUndefined();
    }
  });

  it('ends at once on a second signal, with idle clients connected', async () => {
    const server = serve();
    const url = await server.url();
    await isReady(url);
    await read(url);
    server.kill('SIGTERM');
    await server.printed(/"msg":"stopping"/);
    // At once it would be taken for the same signal, come by another way.
    await delay(700);
    const before = Date.now();
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(1);
    expect(Date.now() - before).toBeLessThan(5000);
  });

  it('answers what is on open connections while it drains', async () => {
    const server = serve([], { SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '3' });
    const url = await server.url();
    await isReady(url);
    let [sent, failed, closing] = [0, 0, 0];
    const client = async (): Promise<void> => {
      for (;;) {
        try {
          const answer = await read(url);
          await answer.arrayBuffer();
          sent++;
          if (answer.status !== 200) failed++;
          if (answer.headers.get('connection') === 'close') {
            closing++;
            return;
          }
        } catch (error) {
          // A new connection is refused once nothing accepts any more; one that was open must not be cut.
          if ((error as { cause?: { code?: string } }).cause?.code !== 'ECONNREFUSED') failed++;
          return;
        }
      }
    };
    const clients = [client(), client(), client(), client()];
    await within(1000, () => (sent > 50 ? true : undefined));
    server.kill('SIGTERM');
    await Promise.all(clients);
    expect(failed).toBe(0);
    expect(closing).toBeGreaterThan(0);
    expect((await server.ended).code).toBe(0);
  });

  it('says that a port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as { port: number };
    const { code, output } = await salver(['-c', repo, 'serve', '--port', String(port)]);
    blocker.close();
    expect(code).toBe(1);
    expect(output).toContain('EADDRINUSE');
  });
});

describe('the registry of a running server', () => {
  const registry = (): string => join(repo, 'data', 'registry.db');

  it('is taken when it appears; until then the server is healthy, not ready, and writes nothing', async () => {
    renameSync(registry(), `${registry()}.away`);
    const server = serve();
    const url = await server.url();
    expect(await status(`${url}/health`)).toBe(200);
    expect(await status(`${url}/health/ready`)).toBe(503);
    expect((await read(url)).status).toBe(503);
    expect(() => readFileSync(registry())).toThrow('ENOENT');
    renameSync(`${registry()}.away`, registry());
    expect(await isReady(url)).toBe(true);
    expect((await read(url)).status).toBe(200);
  });

  it('that becomes garbage, cut short, empty, or that of another project does not replace the good one', async () => {
    const server = serve([], { SALVER_REGISTRY_POLL_INTERVAL_MS: '100' });
    const url = await server.url();
    await isReady(url);
    const good = readFileSync(registry());
    const problems = (): number => server.output.split('"level":40').length;
    for (const bad of [
      Buffer.from('this is no registry at all'),
      good.subarray(0, good.length / 2),
      Buffer.alloc(0),
      readFileSync(join(CHECKOUT, 'test/fixtures/conformance/repos/odfv-sqlite/data/registry.db')),
    ]) {
      const before = problems();
      writeFileSync(registry(), bad);
      const until = Date.now() + 500;
      while (Date.now() < until) expect((await read(url)).status).toBe(200);
      // It was looked at, and was told of.
      expect(await within(60_000, () => problems() > before || undefined)).toBe(true);
      expect((await read(url)).status).toBe(200);
      expect(await status(`${url}/health/ready`)).toBe(200);
    }
  });

  it('is read again after it was replaced', async () => {
    const server = serve([], { SALVER_REGISTRY_POLL_INTERVAL_MS: '100' });
    const url = await server.url();
    await isReady(url);
    const { decodeRegistry } = await import('../src/modules/registry/registry.codec.js');
    const { RegistryDocument } = await import('../src/modules/registry/registry-document.js');
    const document = RegistryDocument.decode(readFileSync(registry()));
    const view = document.registry.featureViews.find(({ spec }) => spec?.name === 'driver_hourly_stats');
    if (!view?.spec) throw new Error('the example has changed');
    view.spec.disabled = true;
    const changed = document.encode(Date.now());
    expect(decodeRegistry(changed, 'salver_example')).toBeTruthy();
    writeFileSync(`${registry()}.new`, changed);
    renameSync(`${registry()}.new`, registry());
    expect(await within(60_000, async () => ((await read(url)).status === 400 ? true : undefined))).toBe(
      true,
    );
  });
});
