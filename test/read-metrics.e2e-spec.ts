import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { takeCounted } from '../src/modules/metrics/counted-samples.js';
import { MetricsService } from '../src/modules/metrics/metrics.service.js';
import { startTestApp, type TestApp } from './support/test-app.js';

const REPOS = new URL('./fixtures/conformance/repos/', import.meta.url);
const LATENCY = 'feast_feature_server_request_latency_seconds_count';

let server: TestApp;
afterEach(() => server.close());

async function start(repo: string, project: string, env: Record<string, string> = {}): Promise<void> {
  const data = new URL(`${repo}/data/`, REPOS);
  server = await startTestApp({
    yaml: `project: ${project}\nregistry: data/registry.db\nonline_store: {type: sqlite, path: data/online_store.db}\n`,
    registry: readFileSync(new URL('registry.db', data)),
    fillStore: (path) => cpSync(new URL('online_store.db', data), path),
    env: { SALVER_METRICS_ENABLED: 'true', ...env },
  });
}

/** What was counted since it was last asked, without buckets and sums. */
async function counted(): Promise<Record<string, number>> {
  const metrics = await takeCounted(server.app.get(MetricsService).all());
  const samples = metrics.flatMap(([, all]) => all);
  return Object.fromEntries(samples.filter(([series, value]) => value > 0 && !/_bucket|_sum/.test(series)));
}

const latency = (features: string, views: string): string =>
  `${LATENCY}{endpoint="/get-online-features",feature_count="${features}",feature_view_count="${views}"}`;
const requests = (status: string): string =>
  `feast_feature_server_request_total{endpoint="/get-online-features",status="${status}"}`;
const BEGUN = { feast_online_features_request_total: 1, feast_online_features_entity_count_count: 1 };
const STORED = { feast_feature_server_online_store_read_duration_seconds_count: 1 };
const storeErrors = (kind: string): string => `salver_store_errors_total{kind="${kind}"}`;

describe('what is counted of reads', () => {
  const failure = (features: string, views: string) => ({
    [requests('error')]: 1,
    [latency(features, views)]: 1,
  });

  it.each([
    {
      why: 'a wrong body, before its work begins: nothing',
      body: '{"features":["driver_hourly_stats:rating"],"entities":[]}',
      status: 422,
      expected: {},
    },
    {
      why: 'a service that does not exist: an error without numbers',
      body: '{"feature_service":"nope","entities":{"driver_id":[1]}}',
      status: 404,
      expected: failure('', ''),
    },
    {
      why: 'references that are none: the same',
      body: '{"features":["rating"],"entities":{"driver_id":[1]}}',
      status: 400,
      expected: failure('', ''),
    },
    {
      why: 'a view that does not exist: a read that failed',
      body: '{"features":["nope:a","nope@v2:b","driver_hourly_stats:rating"],"entities":{"driver_id":[1]}}',
      status: 404,
      expected: { ...BEGUN, ...failure('2-5', '2-5') },
    },
    {
      why: 'columns of different lengths: a read that failed',
      body: '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1],"x":[1,2]}}',
      status: 422,
      expected: { ...BEGUN, ...failure('1', '1') },
    },
    {
      why: 'a service: its projections',
      body: '{"feature_service":"driver_activity_v1","entities":{"driver_id":[1001,9999,1001]}}',
      status: 200,
      expected: {
        ...BEGUN,
        ...STORED,
        [requests('success')]: 1,
        [latency('2-5', '1')]: 1,
        'feast_online_features_status_total{feature_view="driver_hourly_stats",status="present"}': 4,
        'feast_online_features_status_total{feature_view="driver_hourly_stats",status="not_found"}': 2,
        salver_row_cache_misses_total: 2,
      },
    },
  ])('$why', async ({ body, status, expected }) => {
    await start('drivers-sqlite', 'drivers');
    expect((await server.read(body)).status).toBe(status);
    expect(await counted()).toEqual(expected);
  });

  it('counts precise statuses by their names, and values that became null', async () => {
    const env = { SALVER_READ_SEMANTICS: 'precise', SALVER_METRICS_EXACT_FEATURE_COUNTS: 'true' };
    await start('alltypes-sqlite', 'alltypes', env);
    const body = '{"features":["direct:d_double","direct:d_float"],"entities":{"item_id":[4,77]}}';
    expect((await server.read(body)).status).toBe(200);
    expect(await counted()).toEqual({
      ...BEGUN,
      ...STORED,
      [requests('success')]: 1,
      [latency('2', '1')]: 1,
      'feast_online_features_status_total{feature_view="direct",status="null_value"}': 2,
      'feast_online_features_status_total{feature_view="direct",status="not_found"}': 2,
      salver_non_finite_cells_total: 2,
      salver_row_cache_misses_total: 2,
    });
  });

  it('counts rows that were found in memory, and those that were not', async () => {
    await start('drivers-sqlite', 'drivers');
    const read = (...ids: readonly number[]): Promise<unknown> =>
      server.read(JSON.stringify({ features: ['driver_hourly_stats:rating'], entities: { driver_id: ids } }));
    await read(1001, 9999);
    await read(1001, 9999, 1002);
    expect(await counted()).toMatchObject({
      salver_row_cache_hits_total: 2,
      salver_row_cache_misses_total: 3,
    });
  });

  it('counts what the store fails by kind, and no time of such reads', async () => {
    await start('drivers-sqlite', 'drivers');
    const body = '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001]}}';
    const other = new DatabaseSync(join(server.repo, 'data', 'online_store.db'));
    other.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    expect((await server.read(body, { 'x-request-timeout-ms': '50' })).status).toBe(503);
    other.exec('ROLLBACK');
    expect(await counted()).toEqual({ ...BEGUN, ...failure('1', '1'), [storeErrors('unavailable')]: 1 });
    other.exec('DROP TABLE drivers_driver_hourly_stats');
    other.close();
    expect((await server.read(body)).status).toBe(404);
    expect(await counted()).toEqual({ ...BEGUN, ...failure('1', '1'), [storeErrors('not_found')]: 1 });
  });

  it('counts nothing while metrics are off', async () => {
    await start('drivers-sqlite', 'drivers', { SALVER_METRICS_ENABLED: 'false' });
    const body = '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001]}}';
    expect((await server.read(body)).status).toBe(200);
    expect([...server.app.get(MetricsService).all()]).toEqual([]);
  });

  it('serves no metrics at the feature port', async () => {
    await start('drivers-sqlite', 'drivers');
    const answer = await server.app.inject({ method: 'GET', url: '/metrics' });
    expect(answer.statusCode).toBe(404);
    const openApi = await server.app.inject({ method: 'GET', url: '/openapi.json' });
    expect(openApi.json<{ paths: object }>().paths).not.toHaveProperty('/metrics');
  });
});
