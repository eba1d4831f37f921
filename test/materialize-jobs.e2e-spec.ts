import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MaterializeClient } from './support/materialize-client.js';
import { BATCH_ROWS, LARGE_VIEW, MaterializeServer } from './support/materialize-server.js';
import { isAlive, within } from './support/salver-process.js';

const ENTITIES = 40_000;
const RANGE = { start_ts: '2026-01-01', end_ts: '2026-01-31' };
const LARGE = { ...RANGE, feature_views: [LARGE_VIEW] };

let server: MaterializeServer;

beforeEach(() => {
  server = new MaterializeServer();
});
afterEach(() => server.close());

async function startLarge(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<MaterializeClient> {
  await server.repo.makeLargeTable(ENTITIES, 3);
  return server.start(args, env);
}

describe('a synchronous call', () => {
  it('answers when the rows are stored and the interval is recorded, and the next read sees both', async () => {
    const client = await server.start(['--workers', '2']);
    await server.ready(2);
    const views = ['location_stats', 'zone_stats'];
    const reply = await client.post('/materialize', {
      ...RANGE,
      start_ts: '2025-12-01',
      feature_views: views,
    });
    expect(reply).toEqual({ status: 200, body: null, jobId: expect.any(String) });
    expect((await client.read('location_stats:city', { location_id: [1] })).text).toContain('Oslo');
    expect(await client.job(reply.jobId ?? '')).toMatchObject({
      status: 'succeeded',
      requestor_id: 'anonymous',
      feature_views: [
        { name: 'location_stats', status: 'loaded', start_ts: '2025-12-01T00:00:00Z', reason: null },
        { name: 'zone_stats', status: 'loaded' },
      ],
    });
    // Planned by what the job before it has recorded: nothing is new.
    const again = await client.post('/materialize-incremental', {
      end_ts: '2026-01-30',
      feature_views: views,
    });
    expect(again.status).toBe(200);
    expect((await client.job(again.jobId ?? '')).feature_views.map(({ status }) => status)).toEqual([
      'skipped',
      'skipped',
    ]);
  });

  it('of which a view fails says which and why, and the others are loaded', async () => {
    const client = await server.start();
    const views = ['broken_stats', 'location_stats'];
    const reply = await client.post('/materialize', { ...RANGE, feature_views: views });
    expect(reply).toMatchObject({
      status: 422,
      body: {
        detail: [
          {
            type: 'view_failed',
            loc: ['feature_views', 'broken_stats'],
            msg: expect.stringMatching(/^data\/broken\.parquet: there is no such file/),
          },
        ],
      },
    });
    expect((await client.job(reply.jobId ?? '')).feature_views).toMatchObject([
      { name: 'broken_stats', status: 'failed' },
      { name: 'location_stats', status: 'loaded' },
    ]);
    expect((await client.read('location_stats:city', { location_id: [1] })).text).toContain('Oslo');
  });

  it('waits for a job that is loading its view', async () => {
    const client = await startLarge();
    const first = await client.post('/materialize?async=true', LARGE);
    await server.jobInTheMiddle();
    const [second, third] = await Promise.all([
      client.post('/materialize', LARGE),
      client.post('/materialize', { ...RANGE, feature_views: ['location_stats'] }),
    ]);
    expect([first.status, second.status, third.status]).toEqual([202, 200, 200]);
    const ends = (await client.jobs()).map(({ job_id }) => job_id);
    expect(ends).toHaveLength(3);
    expect(server.intervals).toBe(3);
    expect((await client.job(first.jobId ?? '')).status).toBe('succeeded');
  });

  it('waits for a command that is loading its view', async () => {
    const client = await startLarge();
    const command = server.repo.start('materialize', RANGE.start_ts, RANGE.end_ts, '-v', LARGE_VIEW);
    await within(60_000, () => (server.stored > 2000 ? true : undefined));
    const reply = await client.post('/materialize', LARGE);
    expect(reply.status).toBe(200);
    expect((await command.ended).code).toBe(0);
    expect(server.intervals).toBe(3);
  });

  it('gives up waiting when the time of its caller is up, and the job goes on', async () => {
    const client = await startLarge();
    const reply = await client.post('/materialize', LARGE, { 'x-request-timeout-ms': '700' });
    expect(reply).toMatchObject({
      status: 503,
      body: expect.stringContaining('It goes on: GET /materialize/jobs/'),
    });
    expect((await client.ended(reply.jobId ?? '')).status).toBe('succeeded');
    expect(server.stored).toBe(ENTITIES);
  });

  it('is not ended by a caller that goes away', async () => {
    const client = await startLarge();
    const caller = new AbortController();
    const request = fetch(`${client.url}/materialize`, {
      method: 'POST',
      body: JSON.stringify(LARGE),
      signal: caller.signal,
    }).catch(() => 'gone');
    await server.jobInTheMiddle();
    caller.abort();
    expect(await request).toBe('gone');
    const [job] = await client.jobs();
    expect((await client.ended(job?.job_id ?? '')).status).toBe('succeeded');
    expect(server.intervals).toBe(2);
  });
});

describe('an asynchronous call', () => {
  it('is refused while its view is being loaded, unless it is forced: then it comes after that', async () => {
    const client = await startLarge(['--workers', '2']);
    const first = await client.post('/materialize?async=true', LARGE);
    expect(first).toEqual({
      status: 202,
      body: { status: 'accepted', feature_views: [LARGE_VIEW] },
      jobId: expect.any(String),
    });
    const refused = await client.post('/materialize-incremental?async=true', { end_ts: '2026-01-31' });
    expect(refused).toMatchObject({ status: 409, jobId: null });
    const views = ['location_stats', LARGE_VIEW];
    expect(await client.post('/materialize?async=true', { ...RANGE, feature_views: views })).toMatchObject({
      status: 409,
      body: {
        error:
          'Cannot start async materialization — the following feature views are already in MATERIALIZING state: ' +
          "['incremental_stats']. Use ?force=true to override.",
        feature_views: [LARGE_VIEW],
      },
    });
    const forced = await client.post('/materialize?async=true&force=true', LARGE);
    expect(forced.status).toBe(202);
    expect((await client.job(forced.jobId ?? '')).status).toBe('queued');
    expect((await client.ended(first.jobId ?? '')).status).toBe('succeeded');
    expect((await client.ended(forced.jobId ?? '')).status).toBe('succeeded');
    expect(server.intervals).toBe(3);
  });

  it('goes on serving its view, and tells how far it is', async () => {
    const client = await startLarge();
    const { jobId } = await client.post('/materialize?async=true', LARGE);
    await server.jobInTheMiddle();
    const { status } = await client.read(`${LARGE_VIEW}:counter`, { driver_id: [1] });
    expect(status).toBe(200);
    const running = await within(60_000, async () => {
      const [view] = (await client.job(jobId ?? '')).feature_views;
      return view?.status === 'running' ? view : undefined;
    });
    expect(running).toMatchObject({ name: LARGE_VIEW, rows_to_store: ENTITIES, rows_read: ENTITIES * 3 });
    await client.ended(jobId ?? '');
  });

  it('can be cancelled, in the middle or before it has begun', async () => {
    const client = await startLarge([], { FEAST_MATERIALIZE_MAX_WORKERS: '1' });
    const { jobId } = await client.post('/materialize?async=true', LARGE);
    const waiting = await client.post('/materialize?async=true', {
      ...RANGE,
      feature_views: ['location_stats'],
    });
    const job = await server.jobInTheMiddle();
    expect(await client.cancel(waiting.jobId ?? '')).toMatchObject({ status: 'cancelled' });
    expect(await client.cancel(jobId ?? '')).toMatchObject({
      status: 'cancelled',
      cancel_requested: true,
      feature_views: [{ status: 'cancelled', reason: 'cancelled by anonymous' }],
    });
    expect(isAlive(job)).toBe(false);
    expect(server.stored).toBeLessThan(ENTITIES);
    expect(server.stored % BATCH_ROWS).toBe(0);
    expect(server.intervals).toBe(1);
    expect((await fetch(`${client.url}/materialize/jobs/nope`, { method: 'DELETE' })).status).toBe(404);
  });

  it('is refused with 503 when enough jobs wait', async () => {
    const env = { SALVER_MATERIALIZATION_MAX_JOBS: '1', SALVER_MATERIALIZATION_MAX_QUEUED: '1' };
    const client = await startLarge([], env);
    const answers = [
      await client.post('/materialize?async=true', LARGE),
      await client.post('/materialize?async=true', { ...RANGE, feature_views: ['location_stats'] }),
      await client.post('/materialize?async=true', { ...RANGE, feature_views: ['zone_stats'] }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 503]);
    expect(answers[2]?.body).toContain('materialization.max_queued');
  });
});
