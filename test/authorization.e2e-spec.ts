import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureView } from '../src/common/model/feature-view.js';
import { ACTIONS } from '../src/common/model/permission.js';
import type { RegistrySnapshot } from '../src/common/model/registry-snapshot.js';
import type { Caller } from '../src/modules/auth/caller.js';
import { ROUTE_ACCESS, type RouteAccess } from '../src/modules/auth/route-access.js';
import { as } from './support/guarded-app.js';
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
  /** A request, and what it is answered with when it is allowed, and (403 if nothing is said) when it is not. */
  interface Call {
    readonly url?: string;
    readonly body?: string;
    readonly allowed: number;
    readonly refused?: number;
  }
  const SEARCH = '{"features":["open_stats:value"],"query":[1],"top_k":1}';
  const STORE = '/v1/vector_stores/vs_4675d0ca4d00529582f1ee1c';
  const CALLS: Readonly<Record<string, Call>> = {
    'POST /get-online-features': {
      body: '{"features":["open_stats:value"],"entities":{"driver_id":[1]}}',
      allowed: 200,
    },
    // The store of this repo is not searched.
    'POST /search': { body: SEARCH, allowed: 400 },
    'POST /retrieve-online-documents': { body: SEARCH, allowed: 400 },
    'GET /v1/vector_stores': { allowed: 200, refused: 200 },
    'GET /v1/vector_stores/:vector_store_id': { url: STORE, allowed: 200 },
    // Nor is there a model.
    'POST /v1/vector_stores/:vector_store_id/search': {
      url: `${STORE}/search`,
      body: '{"query":"text"}',
      allowed: 422,
    },
  };
  const accessOf = (route: string): RouteAccess | undefined =>
    Object.values(ROUTE_ACCESS).find((access) => access.route === route);
  const send = async (route: string, headers: Record<string, string>): Promise<number> => {
    const [method, url] = route.split(' ') as ['GET', string];
    const { url: target = url, body: payload } = CALLS[route] ?? {};
    return (await server.app.inject({ method, url: target, headers, ...(payload && { payload }) }))
      .statusCode;
  };

  it('is open, or says what it checks and how this test calls it', () => {
    const guarded = routesOf(server.app).filter((route) => !OPEN.test(route));
    expect(guarded).toContain('POST /get-online-features');
    for (const route of guarded) {
      expect([route, accessOf(route) !== undefined, CALLS[route] !== undefined]).toEqual([route, true, true]);
    }
  });

  it('that is guarded lets in who has a permission for its action, and nobody else', async () => {
    for (const route of routesOf(server.app).filter((each) => !OPEN.test(each))) {
      const needed = Object.values(accessOf(route)?.actions ?? {}).flat();
      for (const action of ACTIONS) {
        serve(server, withVectorView(withPermissions(permission({ actions: [action] }))));
        const statuses = [await send(route, {}), await send(route, WRONG), await send(route, RIGHT)];
        const { allowed, refused = 403 } = CALLS[route] ?? { allowed: 200 };
        expect([route, action, ...statuses]).toEqual([
          route,
          action,
          401,
          refused,
          needed.includes(action) ? allowed : refused,
        ]);
      }
    }
  });

  it('that lists leaves out what the caller may not see', async () => {
    serve(server, withVectorView(withPermissions(permission({ actions: ['DESCRIBE'] }))));
    const listed = async (headers: Record<string, string>): Promise<unknown> => {
      const answer = await server.app.inject({ method: 'GET', url: '/v1/vector_stores', headers });
      return answer.json<{ data: { name: string }[] }>().data.map(({ name }) => name);
    };
    expect([await listed(RIGHT), await listed(WRONG)]).toEqual([['open_stats'], []]);
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
