import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Permission } from '../src/common/model/permission.js';
import { as } from './support/guarded-app.js';
import {
  permission,
  RECORDED,
  RIGHT,
  serve,
  startPermissionsApp,
  withPermissions,
} from './support/permissions-app.js';
import type { TestApp } from './support/test-app.js';

const RANGE = { start_ts: '2025-12-01', end_ts: '2026-01-31' };

let server: TestApp;
beforeAll(async () => {
  server = await startPermissionsApp();
});
afterAll(() => server.close());
beforeEach(() => {
  server.jobs.records.clear();
  server.jobs.submissions.length = 0;
});

async function call(
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  body: object = {},
): Promise<{ status: number; body: string; job: unknown }> {
  const payload = method === 'POST' ? { payload: JSON.stringify(body) } : {};
  const answer = await server.app.inject({ method, url, headers: RIGHT, ...payload });
  return { status: answer.statusCode, body: answer.body, job: answer.headers['x-materialization-job-id'] };
}

function allowed(part: Partial<Permission>): void {
  serve(server, withPermissions(permission({ actions: ['WRITE_ONLINE', 'DESCRIBE'], ...part })));
}

describe('materialization', () => {
  it('needs WRITE_ONLINE on every view: one refusal refuses all, before anything is begun', async () => {
    allowed({ namePatterns: ['open_stats'] });
    const views = { ...RANGE, feature_views: ['open_stats', 'lonely_stats'] };
    expect((await call('POST', '/materialize', views)).status).toBe(403);
    expect((await call('POST', '/materialize?async=true', views)).status).toBe(403);
    expect((await call('POST', '/materialize-incremental', { ...views })).status).toBe(403);
    expect((await call('POST', '/materialize', RANGE)).status).toBe(403);
    expect(server.jobs.submissions).toEqual([]);
    const one = await call('POST', '/materialize', { ...RANGE, feature_views: ['open_stats'] });
    expect(one).toMatchObject({ status: 200, body: 'null', job: expect.any(String) });
  });

  it('says who asked for it', async () => {
    allowed({});
    await call('POST', '/materialize', { ...RANGE, feature_views: ['open_stats'] });
    expect(server.jobs.submissions).toMatchObject([{ requestor: 'somebody', whenBusy: 'wait' }]);
    await call('POST', '/materialize?async=true', { ...RANGE, feature_views: ['open_stats'] });
    await call('POST', '/materialize?async=true&force=1', { ...RANGE, feature_views: ['open_stats'] });
    expect(server.jobs.submissions.map(({ whenBusy }) => whenBusy)).toEqual(['wait', 'refuse', 'wait']);
  });

  it('checks the permission before the times, as Feast does, and both before anything is begun', async () => {
    allowed({ namePatterns: ['open_stats'] });
    const times = { start_ts: 'x', end_ts: 'y' };
    expect((await call('POST', '/materialize', { ...times, feature_views: ['lonely_stats'] })).status).toBe(
      403,
    );
    expect(await call('POST', '/materialize', { ...times, feature_views: ['open_stats'] })).toMatchObject({
      status: 400,
      body: '"Invalid timestamp format: Unknown string format: x"',
      job: undefined,
    });
    expect(server.jobs.submissions).toEqual([]);
  });

  it('answers 503 when no more jobs are taken', async () => {
    allowed({});
    server.jobs.nextAnswer = { kind: 'refused', reason: '100 jobs are waiting already' };
    const answer = await server.app.inject({
      method: 'POST',
      url: '/materialize',
      headers: RIGHT,
      payload: JSON.stringify({ ...RANGE, feature_views: ['open_stats'] }),
    });
    server.jobs.nextAnswer = { kind: 'accepted' };
    expect([answer.statusCode, answer.headers['retry-after'], answer.body]).toEqual([
      503,
      '1',
      '"100 jobs are waiting already"',
    ]);
  });
});

describe('the list of jobs', () => {
  it('leaves out those with a view that the caller may not see', async () => {
    allowed({});
    const names = [['open_stats'], ['open_stats', 'lonely_stats'], ['lonely_stats']];
    for (const feature_views of names) await call('POST', '/materialize', { ...RANGE, feature_views });
    allowed({ namePatterns: ['open_stats'] });
    const { status, body } = await call('GET', '/materialize/jobs');
    const { jobs } = JSON.parse(body) as { jobs: { feature_views: { name: string }[] }[] };
    expect([status, jobs.map(({ feature_views }) => feature_views.map(({ name }) => name))]).toEqual([
      200,
      [['open_stats']],
    ]);
    const hidden = server.jobs.submissions[1]?.job.id ?? '';
    expect((await call('GET', `/materialize/jobs/${hidden}`)).status).toBe(403);
    expect((await call('DELETE', `/materialize/jobs/${hidden}`)).status).toBe(403);
    expect((await call('GET', '/materialize/jobs/nope')).status).toBe(404);
  });

  it('judges a view that is gone by its name', async () => {
    allowed({});
    await call('POST', '/materialize', { ...RANGE, feature_views: ['open_stats'] });
    serve(server, { ...RECORDED, ...withPermissions(permission({ actions: ['DESCRIBE'] })) });
    expect((await call('GET', '/materialize/jobs')).body).toContain('open_stats');
    const nobody = await server.app.inject({ url: '/materialize/jobs', headers: as({ roles: ['other'] }) });
    expect(nobody.json()).toEqual({ jobs: [] });
  });
});
