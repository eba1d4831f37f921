import { cpSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Action, Permission } from '../src/common/model/permission.js';
import type { RegistrySnapshot } from '../src/common/model/registry-snapshot.js';
import type { Caller } from '../src/modules/auth/caller.js';
import { ROUTE_ACCESS, type RouteAccess } from '../src/modules/auth/route-access.js';
import { decodeRegistry } from '../src/modules/registry/registry.codec.js';
import { RegistryService } from '../src/modules/registry/registry.service.js';
import { as, startGuardedApp } from './support/guarded-app.js';
import { routesOf } from './support/printed-routes.js';
import { type Answer, startTestApp, type TestApp } from './support/test-app.js';

const REPO = new URL('./fixtures/conformance/repos/permissions-oidc/', import.meta.url);
const YAML = readFileSync(new URL('feature_store.yaml', REPO), 'utf8');
const fixture = (path: string): Buffer => readFileSync(new URL(path, REPO));
const recorded = decodeRegistry(fixture('data/registry.db'), 'perms');
const start = (env: Record<string, string> = {}): Promise<TestApp> =>
  startGuardedApp({
    yaml: YAML,
    registry: fixture('data/registry.db'),
    fillStore: (path) => cpSync(new URL('data/online_store.db', REPO), path),
    env,
  });

const RIGHT = as({ roles: ['right'] });
const WRONG = as({ roles: ['wrong'] });
const READER = as({ roles: ['reader'] });
const ALL_ACTIONS: readonly Action[] = [
  'CREATE',
  'DESCRIBE',
  'UPDATE',
  'DELETE',
  'READ_ONLINE',
  'READ_OFFLINE',
  'WRITE_ONLINE',
  'WRITE_OFFLINE',
];

const permission = (part: Partial<Permission> = {}): Permission => ({
  name: 'only',
  types: [],
  namePatterns: [],
  requiredTags: new Map(),
  actions: ['READ_ONLINE'],
  policy: { kind: 'role_based', roles: ['right'] },
  tags: new Map(),
  ...part,
});
const withPermissions = (...permissions: readonly Permission[]): RegistrySnapshot => ({
  ...recorded,
  permissions: new Map(permissions.map((each) => [each.name, each])),
});

let server: TestApp;
const serve = (snapshot: RegistrySnapshot, app = server): void =>
  app.app.get(RegistryService).replace(snapshot);
const read = (selection: object, headers: Record<string, string> = {}, app = server): Promise<Answer> =>
  app.read(JSON.stringify({ entities: { driver_id: [1] }, ...selection }), headers);
const readView = (name: string, headers: Record<string, string> = {}, app = server): Promise<Answer> =>
  read({ features: [`${name}:value`] }, headers, app);

beforeAll(async () => {
  server = await start();
});
afterAll(() => server.close());
beforeEach(() => serve(recorded));

describe('every route', () => {
  /** Everybody may call these; what they answer is the same for all. */
  const OPEN = /^(?:GET|HEAD) \/(?:health|docs|redoc|openapi\.json|oauth2-redirect)/;
  /** A request that is answered with 200 when it is allowed. */
  const CALLS: Readonly<Record<string, string>> = {
    'POST /get-online-features': '{"features":["open_stats:value"],"entities":{"driver_id":[1]}}',
  };
  const accessOf = (route: string): RouteAccess | undefined =>
    Object.values(ROUTE_ACCESS).find((access) => access.route === route);
  const send = async (route: string, headers: Record<string, string>): Promise<number> => {
    const [method, url] = route.split(' ') as ['GET', string];
    return (await server.app.inject({ method, url, headers, payload: CALLS[route] ?? '' })).statusCode;
  };

  it('is open, or says what it checks and how this test calls it', () => {
    const guarded = routesOf(server.app).filter((route) => !OPEN.test(route));
    expect(guarded).toContain('POST /get-online-features');
    for (const route of guarded) {
      expect(accessOf(route), route).toBeDefined();
      expect(CALLS[route], route).toBeDefined();
    }
  });

  it('that is guarded lets in who has a permission for its action, and nobody else', async () => {
    for (const route of routesOf(server.app).filter((each) => !OPEN.test(each))) {
      const needed = Object.values(accessOf(route)?.actions ?? {}).flat();
      for (const action of ALL_ACTIONS) {
        serve(withPermissions(permission({ actions: [action] })));
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
    serve(withPermissions(permission({ actions: [] })));
    for (const route of routesOf(server.app).filter((each) => OPEN.test(each) && !each.includes('*'))) {
      const statuses = [await send(route, {}), await send(route, WRONG), await send(route, RIGHT)];
      expect([route, ...statuses]).toEqual([route, statuses[0], statuses[0], statuses[0]]);
      expect([401, 403], route).not.toContain(statuses[0]);
    }
  });
});

describe('the order of the answers', () => {
  it('is token, body, look-up, permission, then the rest', async () => {
    expect((await server.read('{', {})).status).toBe(401);
    expect((await server.read('{', WRONG)).status).toBe(422);
    expect((await readView('nope', WRONG)).status).toBe(404);
    expect((await readView('lonely_stats', WRONG)).status).toBe(403);
    // Recorded: a feature that the view does not have is not told to whom the view is refused.
    expect((await read({ features: ['lonely_stats:zzz'] }, WRONG)).status).toBe(403);
    expect((await read({ features: ['open_stats:zzz'] }, READER)).status).toBe(404);
    expect((await read({ features: ['open_twice:twice'] }, WRONG)).status).toBe(403);
  });
});

describe('holes of Feast', () => {
  it('project scope: ?project= does not choose whose permissions count', async () => {
    const payload = '{"features":["open_stats:value"],"entities":{"driver_id":[1]}}';
    for (const query of ['?project=other', '?project=perms', '?project=', '?project=other&project=perms']) {
      const answer = await server.app.inject({
        method: 'POST',
        url: `/get-online-features${query}`,
        payload,
        headers: WRONG,
      });
      expect([query, answer.statusCode]).toEqual([query, 403]);
    }
  });

  it('AllowAll: lets in everybody with a token, and breaks nothing else', async () => {
    serve(decodeRegistry(fixture('data/registry_allow_all.db'), 'perms'));
    expect((await readView('allow_stats', WRONG)).status).toBe(200);
    expect((await readView('allow_stats')).status).toBe(401);
    expect((await readView('lonely_stats', WRONG)).status).toBe(403);
    expect((await readView('open_stats', READER)).status).toBe(200);
  });

  it('required tags: a permission for tagged views is for those alone', async () => {
    const privacy = as({ roles: ['privacy'] });
    expect((await readView('tagged_stats', privacy)).status).toBe(200);
    const refused = await readView('lonely_stats', privacy);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("Requires tags {'pii': 'true'}");
  });

  it('intra-server: the name of a caller says nothing', async () => {
    const secret = 'a2V5LW9mLWFsbC1zZXJ2ZXJz';
    const app = await start({ INTRA_COMMUNICATION_BASE64: secret });
    try {
      expect((await readView('lonely_stats', as({ subject: secret }), app)).status).toBe(403);
      expect((await readView('lonely_stats', as({ subject: '' }), app)).status).toBe(403);
      expect((await readView('lonely_stats', as({ subject: 'x', intraServer: true }), app)).status).toBe(200);
    } finally {
      await app.close();
    }
  });

  it('on-demand views: the views that they are computed from are checked', async () => {
    const odfv = { ...recorded.onDemandFeatureViews.get('open_twice')!, writeToOnlineStore: true };
    const onlyOdfv = permission({ types: ['ON_DEMAND_FEATURE_VIEW'] });
    const snapshot = withPermissions(onlyOdfv);
    serve({ ...snapshot, onDemandFeatureViews: new Map([[odfv.name, odfv]]) });
    const refused = await read({ features: ['open_twice:twice'] }, RIGHT);
    expect(refused.text).toContain("on <class 'feast.feature_view.FeatureView'>/open_stats.");
  });

  it('label views: are checked by a type of their own', async () => {
    const name = 'open_stats';
    const { batchSource: source, ...view } = recorded.featureViews.get(name)!;
    const label = {
      ...view,
      kind: 'label_view',
      source,
      labelerField: '',
      conflictPolicy: 'LAST_WRITE_WINS',
      referenceFeatureView: '',
    } as const;
    const anyFeatureView = (asked: string) => (asked === name ? label : undefined);
    serve({ ...withPermissions(permission({ types: ['FEATURE_VIEW'] })), anyFeatureView });
    expect((await readView(name, RIGHT)).status).toBe(403);
    serve({ ...withPermissions(permission({ types: ['LABEL_VIEW'] })), anyFeatureView });
    expect((await readView(name, RIGHT)).status).toBe(200);
  });

  it('patterns that run away: are decided at once', async () => {
    const name = `${'a'.repeat(2000)}!`;
    const view = { ...recorded.featureViews.get('open_stats')!, name };
    const anyFeatureView = (asked: string) => (asked === name ? view : undefined);
    const namePatterns = ['(a+)+', '(a|aa)+b', '(.*a){12}b', '([a-zA-Z]+)*c'];
    serve({ ...withPermissions(permission({ namePatterns })), anyFeatureView });
    const began = performance.now();
    expect((await readView(name, RIGHT)).status).toBe(403);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('the registry is not read per request: a change bites when it is there, for known requests too', async () => {
    serve(withPermissions(permission()));
    expect((await readView('open_stats', RIGHT)).status).toBe(200);
    serve(withPermissions(permission({ policy: { kind: 'role_based', roles: ['other'] } })));
    expect((await readView('open_stats', RIGHT)).status).toBe(403);
    serve(withPermissions(permission()));
    expect((await readView('open_stats', RIGHT)).status).toBe(200);
  });

  it('a decision that fails is a refusal that says nothing', async () => {
    serve(withPermissions(permission({ policy: undefined as unknown as Permission['policy'] })));
    const { status, text } = await readView('open_stats', RIGHT);
    expect(status).toBe(403);
    expect(text).toContain('The permissions could not be checked. Access denied.');
    expect(text).not.toMatch(/TypeError|undefined|\.js/);
  });

  it('descriptions of routes: name no view, as everybody may see them', async () => {
    const { body } = await server.app.inject('/openapi.json');
    expect(body).not.toContain('open_stats');
    const open = await startTestApp({
      yaml: YAML.replace(/^auth:[^]*/m, ''),
      registry: fixture('data/registry.db'),
    });
    expect((await open.app.inject('/openapi.json')).body).toContain('_stats');
    await open.close();
  });
});

describe('feature services', () => {
  const byService = permission({ types: ['FEATURE_SERVICE'] });
  const selection = { feature_service: 'reader_service', full_feature_names: true };

  it('stand for their views, as in Feast', async () => {
    serve(withPermissions(byService));
    expect((await read(selection, RIGHT)).status).toBe(200);
    expect((await readView('open_stats', RIGHT)).status).toBe(403);
  });

  it('need their views, too, with auth.check_service_views', async () => {
    const app = await start({ SALVER_AUTH_CHECK_SERVICE_VIEWS: 'true' });
    try {
      serve(withPermissions(byService), app);
      const refused = await read(selection, RIGHT, app);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('FeatureView');
      const views = permission({ name: 'views', types: ['FEATURE_VIEW'] });
      serve(withPermissions(byService, views), app);
      expect((await read(selection, RIGHT, app)).status).toBe(200);
      serve(withPermissions(views), app);
      expect((await read(selection, RIGHT, app)).text).toContain('FeatureService');
    } finally {
      await app.close();
    }
  });
});

describe('auth.hide_unreadable', () => {
  let hiding: TestApp;
  beforeAll(async () => {
    hiding = await start({ SALVER_AUTH_HIDE_UNREADABLE: 'true', SALVER_AUTH_CHECK_SERVICE_VIEWS: 'true' });
  });
  afterAll(() => hiding.close());
  beforeEach(() => serve(recorded, hiding));

  const without = (name: string): RegistrySnapshot => ({
    ...recorded,
    anyFeatureView: (asked) => (asked === name ? undefined : recorded.anyFeatureView(asked)),
    featureServices: new Map([...recorded.featureServices].filter(([each]) => each !== name)),
  });

  it.each<[string, object]>([
    ['lonely_stats', { features: ['lonely_stats:value'] }],
    ['lonely_stats', { features: ['lonely_stats:zzz'] }],
    ['lonely_stats', { features: ['lonely_stats:value', 'nope:value'] }],
    ['lonely_stats', { features: ['nope:value', 'lonely_stats:value'] }],
    ['lonely_stats', { features: ['open_stats:value', 'lonely_stats:value'] }],
    ['lonely_stats', { features: ['open_stats:value', 'open_stats:value', 'lonely_stats:value'] }],
    ['lonely_stats', { features: ['lonely_stats:value', 'lonely_stats'] }],
    ['lonely_stats', { features: ['lonely_stats@v1:value'] }],
    ['lonely_half', { features: ['lonely_half:half'] }],
    ['lonely_service', { feature_service: 'lonely_service' }],
    ['reader_service', { feature_service: 'reader_service' }],
  ])('answers for %s as if it were not there: %j', async (name, selection) => {
    const refused = await read(selection, READER, hiding);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    serve(without(name), hiding);
    const absent = await read(selection, READER, hiding);
    expect([refused.status, refused.text]).toEqual([absent.status, absent.text]);
    expect(refused.status).not.toBe(403);
  });

  it('hides a view whose permission was taken away after it was read', async () => {
    serve(withPermissions(permission()), hiding);
    expect((await readView('open_stats', RIGHT, hiding)).status).toBe(200);
    expect((await readView('open_stats', WRONG, hiding)).status).toBe(404);
  });

  it('leaves everything else as it is', async () => {
    expect((await readView('open_stats', READER, hiding)).status).toBe(200);
    expect((await readView('open_stats', {}, hiding)).status).toBe(401);
    expect((await read({ features: ['open_stats:zzz'] }, READER, hiding)).text).toContain('zzz');
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
    serve(withPermissions(permission()));
    expect((await readView('open_stats', as(caller))).status).toBe(status);
  });
});
