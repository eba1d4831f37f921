import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACTIONS } from '../src/common/model/permission.js';
import type { Caller } from '../src/modules/auth/caller.js';
import { ROUTE_ACCESS, type RouteAccess } from '../src/modules/auth/route-access.js';
import type { MaterializationJob } from '../src/modules/materialization/materialization-job.js';
import { as } from './support/guarded-app.js';
import { endedRecord } from './support/instant-jobs.js';
import {
  permission,
  read,
  READER,
  readView,
  RECORDED,
  RIGHT,
  serve,
  startPermissionsApp,
  withPermissions,
  WRONG,
} from './support/permissions-app.js';
import { routesOf } from './support/printed-routes.js';
import type { TestApp } from './support/test-app.js';

let server: TestApp;
beforeAll(async () => {
  server = await startPermissionsApp();
});
afterAll(() => server.close());
beforeEach(() => serve(server, RECORDED));

describe('every route', () => {
  /** Everybody may call these; what they answer is the same for all. */
  const OPEN = /^(?:GET|HEAD) \/(?:health|docs|redoc|openapi\.json|oauth2-redirect)/;
  /** A request that is answered with 200 when it is allowed. */
  const CALLS: Readonly<Record<string, string>> = {
    'POST /get-online-features': '{"features":["open_stats:value"],"entities":{"driver_id":[1]}}',
    'POST /materialize': '{"disable_event_timestamp":true,"feature_views":["open_stats"]}',
    'POST /materialize-incremental': '{"end_ts":"2026-01-31","feature_views":["open_stats"]}',
    'GET /materialize/jobs': '',
    'GET /materialize/jobs/:id': '',
    'DELETE /materialize/jobs/:id': '',
  };
  /** What is refused is left out of these. */
  const LISTS: readonly string[] = ['GET /materialize/jobs'];
  const JOB_ID = 'a-known-job';
  const accessOf = (route: string): RouteAccess | undefined =>
    Object.values(ROUTE_ACCESS).find((access) => access.route === route);
  const send = async (route: string, headers: Record<string, string>): Promise<number> => {
    const [method, path] = route.split(' ') as ['GET', string];
    const url = path.replace(':id', JOB_ID);
    // Each in a turn of its own: a long turn of the event loop is taken for overload.
    await setImmediate();
    return (await server.app.inject({ method, url, headers, payload: CALLS[route] ?? '' })).statusCode;
  };

  it('is open, or says what it checks and how this test calls it', () => {
    const guarded = routesOf(server.app).filter((route) => !OPEN.test(route));
    expect(guarded).toContain('POST /get-online-features');
    for (const route of guarded) {
      expect([route, accessOf(route) !== undefined, CALLS[route] !== undefined]).toEqual([route, true, true]);
    }
  });

  it('that is guarded lets in who has a permission for its action, and nobody else', async () => {
    const tasks = [{ kind: 'refuse', viewName: 'open_stats', reason: 'not of interest' }] as const;
    const job = { id: JOB_ID, project: 'perms', tasks } as unknown as MaterializationJob;
    server.jobs.records.set(JOB_ID, endedRecord({ job, requestor: 'somebody' }));
    const guarded = routesOf(server.app).filter((each) => !OPEN.test(each) && !LISTS.includes(each));
    for (const route of guarded) {
      const needed = Object.values(accessOf(route)?.actions ?? {}).flat();
      for (const action of ACTIONS) {
        serve(server, withPermissions(permission({ actions: [action] })));
        const statuses = [await send(route, {}), await send(route, WRONG), await send(route, RIGHT)];
        expect([route, action, ...statuses]).toEqual([
          route,
          action,
          401,
          403,
          needed.includes(action) ? 200 : 403,
        ]);
      }
    }
  });

  it('that is open does not ask who calls', async () => {
    serve(server, withPermissions(permission({ actions: [] })));
    for (const route of routesOf(server.app).filter((each) => OPEN.test(each) && !each.includes('*'))) {
      const statuses = [await send(route, {}), await send(route, WRONG), await send(route, RIGHT)];
      expect([route, ...statuses]).toEqual([route, statuses[0], statuses[0], statuses[0]]);
      expect([401, 403]).not.toContain(statuses[0]);
    }
  });
});

describe('the order of the answers', () => {
  it('is token, body, look-up, permission, then the rest', async () => {
    expect((await server.read('{', {})).status).toBe(401);
    expect((await server.read('{', WRONG)).status).toBe(422);
    expect((await readView(server, 'nope', WRONG)).status).toBe(404);
    expect((await readView(server, 'lonely_stats', WRONG)).status).toBe(403);
    // Recorded: a feature that the view does not have is not told to whom the view is refused.
    expect((await read(server, { features: ['lonely_stats:zzz'] }, WRONG)).status).toBe(403);
    expect((await read(server, { features: ['open_stats:zzz'] }, READER)).status).toBe(404);
    expect((await read(server, { features: ['open_twice:twice'] }, WRONG)).status).toBe(403);
  });
});

describe('feature services', () => {
  const byService = permission({ types: ['FEATURE_SERVICE'] });
  const selection = { feature_service: 'reader_service', full_feature_names: true };

  it('stand for their views, as in Feast', async () => {
    serve(server, withPermissions(byService));
    expect((await read(server, selection, RIGHT)).status).toBe(200);
    expect((await readView(server, 'open_stats', RIGHT)).status).toBe(403);
  });

  it('need their views, too, with auth.check_service_views', async () => {
    const app = await startPermissionsApp({ SALVER_AUTH_CHECK_SERVICE_VIEWS: 'true' });
    try {
      serve(app, withPermissions(byService));
      const refused = await read(app, selection, RIGHT);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('FeatureView');
      const views = permission({ name: 'views', types: ['FEATURE_VIEW'] });
      serve(app, withPermissions(byService, views));
      expect((await read(app, selection, RIGHT)).status).toBe(200);
      serve(app, withPermissions(views));
      expect((await read(app, selection, RIGHT)).text).toContain('FeatureService');
    } finally {
      await app.close();
    }
  });
});

describe('a caller', () => {
  it.each<[string, Partial<Caller>, number]>([
    ['without anything', {}, 403],
    ['with a role of other capitals', { roles: ['RIGHT'] }, 403],
    ['with a group of that name', { groups: ['right'] }, 403],
    ['with 50 000 roles', { roles: Array.from({ length: 50_000 }, (_, index) => `r${index}`) }, 403],
    ['with a role named __proto__', { roles: ['__proto__', 'constructor', 'toString'] }, 403],
    ['with the role among others', { roles: ['__proto__', 'wrong', 'right'] }, 200],
  ])('%s is answered with %#', async (_, caller, status) => {
    serve(server, withPermissions(permission()));
    expect((await readView(server, 'open_stats', as(caller))).status).toBe(status);
  });
});
