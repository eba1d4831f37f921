import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureView } from '../src/common/model/feature-view.js';
import { ACTIONS } from '../src/common/model/permission.js';
import type { RegistrySnapshot } from '../src/common/model/registry-snapshot.js';
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
  const rows = { driver_id: [1], event_timestamp: ['2026-02-01T00:00:00Z'], value: [1.5] };
  const push = (to: string): object => ({ push_source_name: 'open_stats_push', df: rows, to });
  /**
   * By route and what it asks for: a body, what answers it when it is allowed (422: there is no such file, no model; 400:
   * the store of this repo is not searched), and when it is not (403).
   */
  type Call = readonly [body: object | string, allowed: number, url?: string, refused?: number];
  const SEARCH = { features: ['open_stats:value'], query: [1], top_k: 1 };
  const STORE = '/v1/vector_stores/vs_4675d0ca4d00529582f1ee1c';
  const CALLS: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
    'POST /get-online-features': {
      read: [{ features: ['open_stats:value'], entities: { driver_id: [1] } }, 200],
    },
    'POST /push': {
      online: [push('online'), 200],
      offline: [push('offline'), 422],
      online_and_offline: [push('online_and_offline'), 422],
    },
    'POST /write-to-online-store': { write: [{ feature_view_name: 'open_stats', df: rows }, 200] },
    'POST /materialize': {
      write: [{ disable_event_timestamp: true, feature_views: ['open_stats'] }, 200],
    },
    'POST /materialize-incremental': {
      write: [{ end_ts: '2026-01-31', feature_views: ['open_stats'] }, 200],
    },
    'POST /search': { read: [SEARCH, 400] },
    'POST /retrieve-online-documents': { read: [SEARCH, 400] },
    'GET /v1/vector_stores': { describe: ['', 200, '/v1/vector_stores', 200] },
    'GET /v1/vector_stores/:vector_store_id': { describe: ['', 200, STORE] },
    'POST /v1/vector_stores/:vector_store_id/search': { read: [{ query: 'text' }, 422, `${STORE}/search`] },
    'GET /materialize/jobs': { describe: ['', 200, '/materialize/jobs', 200] },
    'GET /materialize/jobs/:id': { describe: ['', 200] },
    'DELETE /materialize/jobs/:id': { write: ['', 200] },
  };
  const SEARCHED = /search|vector|documents/;
  const JOB_ID = 'a-known-job';
  const tasks = [{ kind: 'refuse', viewName: 'open_stats', reason: 'not of interest' }] as const;
  const JOB = { id: JOB_ID, project: 'perms', tasks } as unknown as MaterializationJob;
  const accessOf = (route: string): RouteAccess | undefined =>
    Object.values(ROUTE_ACCESS).find((access) => access.route === route);
  const send = async (
    route: string,
    headers: Record<string, string>,
    payload: object | string = '',
    target?: string,
  ): Promise<number> => {
    const [method, path] = route.split(' ') as ['GET', string];
    const url = target ?? path.replace(':id', JOB_ID);
    // Each in a turn of its own: a long turn of the event loop is taken for overload.
    await setImmediate();
    return (await server.app.inject({ method, url, headers, ...(payload && { payload }) })).statusCode;
  };

  it('is open, or says what it checks and how this test calls it', () => {
    const guarded = routesOf(server.app).filter((route) => !OPEN.test(route));
    expect(guarded).toContain('POST /get-online-features');
    for (const route of guarded) {
      const asked = Object.keys(accessOf(route)?.actions ?? {});
      expect([route, asked]).toEqual([route, Object.keys(CALLS[route] ?? {})]);
      expect(asked).not.toEqual([]);
    }
  });

  const calls = Object.entries(CALLS).flatMap(([route, bodies]) =>
    Object.entries(bodies).map(
      ([what, [body, allowed, url, refused = 403]]) =>
        [route, what, { body, allowed, url, refused }] as const,
    ),
  );

  it.each(calls)(
    'that is guarded lets in who may do all that it asks for, and nobody else: %s, %s',
    async (route, what, { body, allowed, url, refused }) => {
      server.jobs.records.set(JOB_ID, endedRecord({ job: JOB, requestor: 'somebody' }));
      const needed = accessOf(route)?.actions[what] ?? [];
      for (const actions of [...ACTIONS.map((action) => [action]), needed]) {
        const snapshot = withPermissions(permission({ actions }));
        serve(server, SEARCHED.test(route) ? withVectorView(snapshot) : snapshot);
        const statuses = [
          await send(route, {}, body, url),
          await send(route, WRONG, body, url),
          await send(route, RIGHT, body, url),
        ];
        const isAllowed = needed.every((action) => actions.includes(action));
        expect([actions, ...statuses]).toEqual([actions, 401, refused, isAllowed ? allowed : refused]);
      }
    },
  );

  it('that lists leaves out what the caller may not see', async () => {
    serve(server, withVectorView(withPermissions(permission({ actions: ['DESCRIBE'] }))));
    server.jobs.records.clear();
    server.jobs.records.set(JOB_ID, endedRecord({ job: JOB, requestor: 'somebody' }));
    const listed = async (url: string, headers: Record<string, string>): Promise<unknown> => {
      const { data, jobs } = (await server.app.inject({ url, headers })).json<Record<string, unknown[]>>();
      return (data ?? jobs)?.length;
    };
    for (const url of ['/v1/vector_stores', '/materialize/jobs'])
      expect([url, await listed(url, RIGHT), await listed(url, WRONG)]).toEqual([url, 1, 0]);
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

/** The view `open_stats` has vectors. */
function withVectorView(snapshot: RegistrySnapshot): RegistrySnapshot {
  const view = snapshot.featureViews.get('open_stats') as FeatureView;
  const features = view.features.map((field) => ({ ...field, vectorIndex: true, vectorLength: 1 }));
  const changed = { ...view, features };
  return {
    ...snapshot,
    featureViews: new Map([...snapshot.featureViews, ['open_stats', changed]]),
    anyFeatureView: (name) => (name === 'open_stats' ? changed : snapshot.anyFeatureView(name)),
  };
}

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
