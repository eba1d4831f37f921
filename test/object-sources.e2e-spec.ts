import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { entity, featureView, fileSource, int64 } from '../src/definitions/index.js';
import { encodeDefinitions } from '../src/modules/definitions/encoding/encode-definitions.js';
import { validateSources } from '../src/modules/definitions/planning/source-validation.js';
import { loadedFixture } from './support/loaded-fixture.js';
import { MaterializeRepo } from './support/materialize-repo.js';
import { S3Server, useS3Credentials } from './support/s3-server.js';

const REPO = join(import.meta.dirname, 'fixtures/conformance/repos/drivers-sqlite');
const WHOLE = ['2025-12-01', '2026-02-01'] as const;

let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start('lake');
  await server.putFolder('lake', 'history/', join(REPO, 'data'));
});
beforeEach(() => {
  useS3Credentials();
  vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
});
afterAll(() => server[Symbol.asyncDispose]());

/** A repo whose sources are in the bucket. */
async function repoInS3(): Promise<MaterializeRepo> {
  const repo = new MaterializeRepo('drivers-sqlite');
  await repo.changeRegistry(({ featureViews }) => {
    for (const { spec } of featureViews) {
      const options = spec?.batchSource?.options;
      if (options?.case === 'fileOptions') {
        options.value.uri = options.value.uri.replace(/^data\//, 's3://lake/history/');
      }
    }
  });
  repo.emptyOnlineStore();
  return repo;
}

describe('salver materialize from S3', () => {
  it('stores the rows that it stores from the same files', async () => {
    using local = new MaterializeRepo('drivers-sqlite');
    local.emptyOnlineStore();
    using there = await repoInS3();
    const views = ['driver_hourly_stats', 'location_stats', 'customer_profile'];
    const words = ['materialize', ...WHOLE, ...views.flatMap((view) => ['-v', view])];
    expect(await local.run(...words)).toMatchObject({ code: 0 });
    expect(await there.run(...words)).toMatchObject({ code: 0 });
    for (const view of views) {
      expect(there.cells(view)).toEqual(local.cells(view));
      expect(there.countCells(view)).toBeGreaterThan(0);
    }
  });

  it('tells of each view what keeps it from being read', async () => {
    using repo = await repoInS3();
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    const { code, output } = await repo.run('materialize', ...WHOLE, '-v', 'location_stats');
    expect(code).toBe(1);
    expect(output).toMatch(
      /location_stats: failed: s3:\/\/lake\/history\/location_stats\.parquet: no credentials were found/,
    );
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    useS3Credentials();
    const down = await repo.run('materialize', ...WHOLE, '-v', 'location_stats');
    expect(down.output).toContain('S3 cannot be reached (ECONNREFUSED)');
  });
});

describe('validation of sources in S3', () => {
  it('looks into their ends alone', async () => {
    const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
    const source = fileSource({
      name: 'stats',
      path: 's3://lake/history/driver_stats.parquet',
      timestampField: 'event_timestamp',
    });
    const view = featureView({ name: 'stats', entities: [driver], schema: { nothing: int64 }, source });
    const loaded = loadedFixture('features.ts', { driver, source, view });
    const context = { projectName: 'shop', projectDescription: '', onlineVersioning: false };
    const { desired } = encodeDefinitions(loaded, context);
    const config = { offlineStore: { type: 'file', options: {} }, repoDir: REPO };
    server.requests.length = 0;
    await expect(
      validateSources(config, { desired, loaded }, { sources: true, views: true }),
    ).rejects.toThrow(/the feature nothing: there is no such column.*source stats, s3:\/\/lake/s);
    const size = readFileSync(join(REPO, 'data/driver_stats.parquet')).length;
    expect(size).toBeLessThan(65_536);
    expect(server.requests.filter((request) => request.startsWith('GET'))).toEqual([
      `GET /lake/history/driver_stats.parquet bytes=0-${size - 1}`,
    ]);
  });
});
