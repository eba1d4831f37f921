import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RegistrySnapshot } from '../src/common/model/registry-snapshot.js';
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
import type { TestApp } from './support/test-app.js';

describe('auth.hide_unreadable', () => {
  let hiding: TestApp;
  beforeAll(async () => {
    hiding = await startPermissionsApp({
      SALVER_AUTH_HIDE_UNREADABLE: 'true',
      SALVER_AUTH_CHECK_SERVICE_VIEWS: 'true',
    });
  });
  afterAll(() => hiding.close());
  beforeEach(() => serve(hiding, RECORDED));

  const without = (name: string): RegistrySnapshot => ({
    ...RECORDED,
    anyFeatureView: (asked) => (asked === name ? undefined : RECORDED.anyFeatureView(asked)),
    featureServices: new Map([...RECORDED.featureServices].filter(([each]) => each !== name)),
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
    const refused = await read(hiding, selection, READER);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    serve(hiding, without(name));
    const absent = await read(hiding, selection, READER);
    expect([refused.status, refused.text]).toEqual([absent.status, absent.text]);
    expect(refused.status).not.toBe(403);
  });

  it('hides a view whose permission was taken away after it was read', async () => {
    serve(hiding, withPermissions(permission()));
    expect((await readView(hiding, 'open_stats', RIGHT)).status).toBe(200);
    expect((await readView(hiding, 'open_stats', WRONG)).status).toBe(404);
  });

  it('leaves everything else as it is', async () => {
    expect((await readView(hiding, 'open_stats', READER)).status).toBe(200);
    expect((await readView(hiding, 'open_stats', {})).status).toBe(401);
    expect((await read(hiding, { features: ['open_stats:zzz'] }, READER)).text).toContain('zzz');
  });
});
