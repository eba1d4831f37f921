import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Permission } from '../src/common/model/permission.js';
import { decodeRegistry } from '../src/modules/registry/registry.codec.js';
import { as } from './support/guarded-app.js';
import {
  permission,
  PERMISSIONS_YAML,
  permissionsFixture,
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
import { startTestApp, type TestApp } from './support/test-app.js';

let server: TestApp;
beforeAll(async () => {
  server = await startPermissionsApp();
});
afterAll(() => server.close());
beforeEach(() => serve(server, RECORDED));

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
    serve(server, decodeRegistry(permissionsFixture('data/registry_allow_all.db'), 'perms'));
    expect((await readView(server, 'allow_stats', WRONG)).status).toBe(200);
    expect((await readView(server, 'allow_stats')).status).toBe(401);
    expect((await readView(server, 'lonely_stats', WRONG)).status).toBe(403);
    expect((await readView(server, 'open_stats', READER)).status).toBe(200);
  });

  it('required tags: a permission for tagged views is for those alone', async () => {
    const privacy = as({ roles: ['privacy'] });
    expect((await readView(server, 'tagged_stats', privacy)).status).toBe(200);
    const refused = await readView(server, 'lonely_stats', privacy);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("Requires tags {'pii': 'true'}");
  });

  it('intra-server: the name of a caller says nothing', async () => {
    const secret = 'a2V5LW9mLWFsbC1zZXJ2ZXJz';
    const app = await startPermissionsApp({ INTRA_COMMUNICATION_BASE64: secret });
    try {
      expect((await readView(app, 'lonely_stats', as({ subject: secret }))).status).toBe(403);
      expect((await readView(app, 'lonely_stats', as({ subject: '' }))).status).toBe(403);
      expect((await readView(app, 'lonely_stats', as({ subject: 'x', intraServer: true }))).status).toBe(200);
    } finally {
      await app.close();
    }
  });

  it('on-demand views: the views that they are computed from are checked', async () => {
    const odfv = { ...RECORDED.onDemandFeatureViews.get('open_twice')!, writeToOnlineStore: true };
    const onlyOdfv = permission({ types: ['ON_DEMAND_FEATURE_VIEW'] });
    const snapshot = withPermissions(onlyOdfv);
    serve(server, { ...snapshot, onDemandFeatureViews: new Map([[odfv.name, odfv]]) });
    const refused = await read(server, { features: ['open_twice:twice'] }, RIGHT);
    expect(refused.text).toContain("on <class 'feast.feature_view.FeatureView'>/open_stats.");
  });

  it('label views: are checked by a type of their own', async () => {
    const name = 'open_stats';
    const { batchSource: source, ...view } = RECORDED.featureViews.get(name)!;
    const label = {
      ...view,
      kind: 'label_view',
      source,
      labelerField: '',
      conflictPolicy: 'LAST_WRITE_WINS',
      referenceFeatureView: '',
    } as const;
    const anyFeatureView = (asked: string) => (asked === name ? label : undefined);
    serve(server, { ...withPermissions(permission({ types: ['FEATURE_VIEW'] })), anyFeatureView });
    expect((await readView(server, name, RIGHT)).status).toBe(403);
    serve(server, { ...withPermissions(permission({ types: ['LABEL_VIEW'] })), anyFeatureView });
    expect((await readView(server, name, RIGHT)).status).toBe(200);
  });

  it('pushes: label views that a push source feeds are checked, too', async () => {
    const { batchSource: _, streamSource, ...view } = RECORDED.featureViews.get('open_stats')!;
    const label = {
      ...view,
      kind: 'label_view',
      name: 'open_labels',
      source: streamSource!,
      labelerField: '',
      conflictPolicy: 'LAST_WRITE_WINS',
      referenceFeatureView: '',
    } as const;
    const push = async (types: Permission['types']): Promise<[number, string]> => {
      const allowed = withPermissions(permission({ types, actions: ['WRITE_ONLINE'] }));
      serve(server, { ...allowed, labelViews: new Map([[label.name, label]]) });
      const df = { driver_id: [1], event_timestamp: ['2026-02-01T00:00:00Z'], value: [1.5] };
      const payload = { push_source_name: 'open_stats_push', df, to: 'online' };
      const answer = await server.app.inject({ method: 'POST', url: '/push', headers: RIGHT, payload });
      return [answer.statusCode, answer.body];
    };
    expect(await push(['FEATURE_VIEW'])).toEqual([403, expect.stringContaining('LabelView')]);
    expect((await push(['FEATURE_VIEW', 'LABEL_VIEW']))[0]).not.toBe(403);
  });

  it('patterns that run away: are decided at once', async () => {
    const name = `${'a'.repeat(2000)}!`;
    const view = { ...RECORDED.featureViews.get('open_stats')!, name };
    const anyFeatureView = (asked: string) => (asked === name ? view : undefined);
    const namePatterns = ['(a+)+', '(a|aa)+b', '(.*a){12}b', '([a-zA-Z]+)*c'];
    serve(server, { ...withPermissions(permission({ namePatterns })), anyFeatureView });
    const began = performance.now();
    expect((await readView(server, name, RIGHT)).status).toBe(403);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('the registry is not read per request: a change bites when it is there, for known requests too', async () => {
    serve(server, withPermissions(permission()));
    expect((await readView(server, 'open_stats', RIGHT)).status).toBe(200);
    serve(server, withPermissions(permission({ policy: { kind: 'role_based', roles: ['other'] } })));
    expect((await readView(server, 'open_stats', RIGHT)).status).toBe(403);
    serve(server, withPermissions(permission()));
    expect((await readView(server, 'open_stats', RIGHT)).status).toBe(200);
  });

  it('a decision that fails is a refusal that says nothing', async () => {
    serve(server, withPermissions(permission({ policy: undefined as unknown as Permission['policy'] })));
    const { status, text } = await readView(server, 'open_stats', RIGHT);
    expect(status).toBe(403);
    expect(text).toContain('The permissions could not be checked. Access denied.');
    expect(text).not.toMatch(/TypeError|undefined|\.js/);
  });

  it('descriptions of routes: name no view, as everybody may see them', async () => {
    const { body } = await server.app.inject('/openapi.json');
    expect(body).not.toContain('open_stats');
    const open = await startTestApp({
      yaml: PERMISSIONS_YAML.replace(/^auth:[^]*/m, ''),
      registry: permissionsFixture('data/registry.db'),
    });
    expect((await open.app.inject('/openapi.json')).body).toContain('_stats');
    await open.close();
  });
});
