import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MaterializeClient } from './support/materialize-client.js';
import { BATCH_ROWS, LARGE_VIEW, MaterializeServer } from './support/materialize-server.js';
import { isAlive, within } from './support/salver-process.js';

const ENTITIES = 60_000;
const LARGE = { start_ts: '2026-01-01', end_ts: '2026-01-31', feature_views: [LARGE_VIEW] };

let server: MaterializeServer;
let client: MaterializeClient;

beforeEach(async () => {
  server = new MaterializeServer();
  await server.repo.makeLargeTable(ENTITIES, 3);
});
afterEach(() => server.close());

function expectWholeBatches(): void {
  expect(server.stored).toBeLessThan(ENTITIES);
  expect(server.stored % BATCH_ROWS).toBe(0);
  expect(server.intervals).toBe(1);
}

describe('a job', () => {
  it('whose process is killed is told with 503, records nothing, and frees its view', async () => {
    client = await server.start();
    const call = client.post('/materialize', LARGE);
    process.kill(await server.jobInTheMiddle(), 'SIGKILL');
    expect(await call).toMatchObject({
      status: 503,
      body: { detail: [{ type: 'view_failed', msg: 'its process ended with SIGKILL' }] },
    });
    expectWholeBatches();
    expect((await client.post('/materialize?async=true', LARGE)).status).toBe(202);
  });

  it('outlives the worker that was asked for it', async () => {
    client = await server.start();
    const call = client.post('/materialize', LARGE).catch(() => 'gone');
    await server.jobInTheMiddle();
    process.kill(server.workers[0] as number, 'SIGKILL');
    expect(await call).toBe('gone');
    await server.ready(2);
    const [job] = await client.jobs();
    expect((await client.ended(job?.job_id ?? '')).status).toBe('succeeded');
    expect([server.stored, server.intervals]).toEqual([ENTITIES, 2]);
  });

  it('goes on over a reload, and whoever waits for it is answered by the old worker', async () => {
    client = await server.start([], { SALVER_SERVER_KEEP_ALIVE_TIMEOUT_SECONDS: '1' });
    const [old] = await server.ready(1);
    const call = client.post('/materialize', LARGE);
    await server.jobInTheMiddle();
    process.kill(server.primary, 'SIGHUP');
    await server.ready(2);
    expect((await client.jobs()).map(({ status }) => status)).toEqual(['running']);
    expect(isAlive(old as number)).toBe(true);
    expect(await call).toMatchObject({ status: 200, body: null });
    expect([server.stored, server.intervals]).toEqual([ENTITIES, 2]);
    expect(await within(10_000, () => (isAlive(old as number) ? undefined : true))).toBe(true);
  });

  it('goes on while its worker is recycled', async () => {
    client = await server.start(['--max-requests', '3', '--max-requests-jitter', '0'], {
      SALVER_SERVER_MIN_WORKER_AGE_SECONDS: '0',
      SALVER_SERVER_KEEP_ALIVE_TIMEOUT_SECONDS: '1',
    });
    const call = client.post('/materialize', LARGE);
    await server.jobInTheMiddle();
    await client.jobs();
    await client.jobs();
    await server.ready(2);
    expect(await call).toMatchObject({ status: 200 });
    expect(server.intervals).toBe(2);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'is ended in order when the server is, by %s: whole batches, nothing recorded, the caller is told',
    async (signal) => {
      client = await server.start();
      const call = client.post('/materialize', LARGE);
      const job = await server.jobInTheMiddle();
      process.kill(server.primary, signal);
      expect(await call).toMatchObject({
        status: 503,
        body: { detail: [{ type: 'view_cancelled', msg: 'the server is stopping' }] },
      });
      expect(await server.running.ended).toMatchObject({ code: 0 });
      expect(isAlive(job)).toBe(false);
      expectWholeBatches();
      expect(server.repo.leaseHolder(LARGE_VIEW)).toBeUndefined();
    },
  );

  it('ends with a primary process that is killed, and records nothing', async () => {
    client = await server.start();
    client.post('/materialize', LARGE).catch(() => 'gone');
    const job = await server.jobInTheMiddle();
    process.kill(server.primary, 'SIGKILL');
    expect(await within(15_000, () => (isAlive(job) ? undefined : true))).toBe(true);
    expectWholeBatches();
  });
});
