import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OnDemandRepo, readFeatures } from './support/on-demand-repo.js';
import type { SalverProcess } from './support/salver-process.js';
import { readyCount } from './support/serve-fixture.js';

const START_MS = 90_000;
const LIMIT_MS = 1500;
/** Far above what a read takes on a busy machine, far below what it would take behind an endless function. */
const QUICK_MS = 1000;

const HEALTHY = { features: ['stats:city'], entities: { driver_id: [2] } };
const endless = (view: string): object => ({
  features: [`${view}:rate`],
  entities: { driver_id: [2], val_to_add: [13], val_to_add_2: [0] },
});

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly ms: number;
}

/** One connection, which stays with the worker that has accepted it. A status of 0: it broke. */
class Connection {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly url: string) {}

  read(body: object): Promise<Sent> {
    const { promise, resolve, reject } = Promise.withResolvers<Sent>();
    const startedMs = performance.now();
    const outgoing = request(
      `${this.url}/get-online-features`,
      { method: 'POST', agent: this.agent },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.once('error', reject);
        answer.once('end', () => {
          const { statusCode: status = 0, headers } = answer;
          resolve({ status, headers, text, ms: performance.now() - startedMs });
        });
      },
    );
    outgoing.once('error', (error) => resolve({ status: 0, headers: {}, text: String(error), ms: 0 }));
    outgoing.end(JSON.stringify(body));
    return promise;
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Connections of which each worker has some. */
async function connections(url: string): Promise<Connection[]> {
  const opened = Array.from({ length: 16 }, () => new Connection(url));
  await Promise.all(opened.map(async (connection) => connection.read(HEALTHY)));
  return opened;
}

/** Reads again and again for so long. */
async function probed(connection: Connection, forMs: number): Promise<Sent[]> {
  const sent: Sent[] = [];
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) sent.push(await connection.read(HEALTHY));
  return sent;
}

const p99 = (sent: readonly Sent[]): number =>
  sent.map(({ ms }) => ms).toSorted((a, b) => a - b)[Math.floor(sent.length * 0.99)] as number;

describe('a function that never ends', { timeout: START_MS }, () => {
  const repo = new OnDemandRepo();
  let server: SalverProcess;
  let url: string;

  beforeAll(async () => {
    await repo.apply();
    server = repo.serve(['--workers', '2'], {
      SALVER_SERVER_REQUEST_TIMEOUT_MS: String(LIMIT_MS),
      SALVER_TRANSFORM_TIMEOUT_MS: '500',
    });
    url = await server.url();
    await readyCount(server, 2);
  }, START_MS);
  afterAll(async () => repo.remove());

  it('is cut off: its request and those beside it are answered, other workers answer as always', async () => {
    const open = await connections(url);
    const guilty = open.pop() as Connection;
    const condemned = guilty.read(endless('endless'));
    await delay(100);
    const pending = open.map((connection) => ({ connection, sent: connection.read(HEALTHY) }));
    const quick: Connection[] = [];
    for (const { connection, sent } of pending) void sent.then(() => quick.push(connection));
    await delay(LIMIT_MS / 2);
    // Those that were answered are of the other worker.
    const [other] = quick;
    const answeredQuickly = quick.length;
    expect(other).toBeDefined();
    const meanwhile = await probed(other as Connection, LIMIT_MS);

    const answer = await condemned;
    expect(answer).toMatchObject({ status: 504, headers: { connection: 'close' } });
    expect(JSON.parse(answer.text)).toMatch(
      /^On-demand feature view endless: its function did not end within \d+ ms and was cut off$/,
    );
    expect(answer.headers['retry-after']).toBeUndefined();
    const beside = (await Promise.all(pending.map(({ sent }) => sent))).filter(
      ({ status }) => status !== 200,
    );
    expect(beside).toHaveLength(pending.length - answeredQuickly);
    for (const { status, headers, text } of beside) {
      expect({ status, retry: headers['retry-after'] }).toEqual({ status: 503, retry: '1' });
      expect(JSON.parse(text)).toMatch(/^The process that had this request is replaced/);
    }
    expect(meanwhile.filter(({ status }) => status !== 200)).toEqual([]);
    expect(p99(meanwhile)).toBeLessThan(QUICK_MS);

    await readyCount(server, 3);
    expect(server.output).toContain('the function of an on-demand feature view never ended');
    const quiet = await probed(new Connection(url), LIMIT_MS);
    console.log(
      `p99 at the other worker: ${p99(meanwhile).toFixed(1)} ms meanwhile (${meanwhile.length} reads), ` +
        `${p99(quiet).toFixed(1)} ms afterwards (${quiet.length} reads)`,
    );
    for (const connection of [...open, guilty]) connection.close();
  });

  it('may also have waited for something before', async () => {
    const silent = repo.serve(['--workers', '2'], { SALVER_SERVER_HANG_TIMEOUT_SECONDS: '4' });
    const silentUrl = await silent.url();
    await readyCount(silent, 2);
    const connection = new Connection(silentUrl);
    const { status, text } = await connection.read(endless('endless_later'));
    connection.close();
    expect({ status, text: JSON.parse(text) as unknown }).toEqual({
      status: 503,
      text: 'The process that had this request is replaced: try again in a moment',
    });
    await readyCount(silent, 3);
    expect(silent.output).toContain('this process stood still: it answers, and is replaced');
    expect((await readFeatures(silentUrl, HEALTHY)).status).toBe(200);
  });
});
