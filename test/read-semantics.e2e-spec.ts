import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { compileEntityKey } from '../src/common/codec/entity-key.codec.js';
import { encodeValue } from '../src/common/codec/value.codec.js';
import { type FeatureValue, ValueType } from '../src/common/model/value.js';
import { PrecomputedFeatureVectorSchema } from '../src/generated/feast/core/PrecomputedFeatureVector_pb.js';
import { RegistryDocument } from '../src/modules/registry/registry-document.js';
import { startTestApp, type TestApp } from './support/test-app.js';

const DRIVERS = new URL('./fixtures/conformance/repos/drivers-sqlite/', import.meta.url);
const YAML =
  'project: drivers\nregistry: data/registry.db\nonline_store: {type: sqlite, path: data/online_store.db}\n';
const NOW_S = Math.floor(Date.now() / 1000);
const DAY_S = 86_400;

let server: TestApp;
afterEach(() => server.close());

interface StoredRow {
  readonly table: string;
  readonly driver: number;
  readonly feature: string;
  readonly value: FeatureValue;
  readonly eventS: number;
}

const driverKey = (driver: number): Uint8Array =>
  compileEntityKey(['driver_id'], 3).encode(
    [{ type: ValueType.INT64, values: [driver] }],
    [0],
  )[0] as Uint8Array;

const store =
  (rows: readonly StoredRow[]) =>
  (path: string): void => {
    const database = new DatabaseSync(path);
    for (const { table, driver, feature, value, eventS } of rows) {
      database.exec(
        `CREATE TABLE IF NOT EXISTS "${table}" (entity_key BLOB, feature_name TEXT, value BLOB, value_text TEXT, vector_value BLOB, event_ts timestamp, created_ts timestamp, PRIMARY KEY(entity_key, feature_name))`,
      );
      database
        .prepare(`INSERT INTO "${table}" (entity_key, feature_name, value, event_ts) VALUES (?, ?, ?, ?)`)
        .run(driverKey(driver), feature, encodeValue(value), eventS);
    }
    database.close();
  };

const score = (value: number): FeatureValue => ({ type: ValueType.DOUBLE, value });

/** The view has a TTL of one day. */
const EXPIRING: readonly StoredRow[] = [
  { table: 'drivers_driver_expiring', driver: 1, feature: 'score', value: score(1), eventS: NOW_S - 60 },
  {
    table: 'drivers_driver_expiring',
    driver: 2,
    feature: 'score',
    value: score(2),
    eventS: NOW_S - 2 * DAY_S,
  },
  { table: 'drivers_driver_expiring', driver: 3, feature: 'score', value: null, eventS: NOW_S - 60 },
];
const READ_EXPIRING =
  '{"features":["driver_expiring:score","driver_expiring:label"],"entities":{"driver_id":[1,2,3,4]}}';

const results = (text: string): unknown[] => (JSON.parse(text) as { results: unknown[] }).results;
const registry = (): Buffer => readFileSync(new URL('data/registry.db', DRIVERS));

describe('read_semantics', () => {
  it('feast: what is stored is PRESENT, however old, and so is a null', async () => {
    server = await startTestApp({ yaml: YAML, registry: registry(), fillStore: store(EXPIRING) });
    const answer = await server.read(READ_EXPIRING);
    expect(results(answer.text)[1]).toMatchObject({
      values: [1, 2, null, null],
      statuses: ['PRESENT', 'PRESENT', 'PRESENT', 'NOT_FOUND'],
    });
  });

  it('precise: says what is null, absent, or too old, and keeps what is too old back', async () => {
    const env = { SALVER_READ_SEMANTICS: 'precise' };
    server = await startTestApp({ yaml: YAML, registry: registry(), fillStore: store(EXPIRING), env });
    const answer = await server.read(READ_EXPIRING);
    expect(results(answer.text)[1]).toMatchObject({
      values: [1, null, null, null],
      statuses: ['PRESENT', 'OUTSIDE_MAX_AGE', 'NULL_VALUE', 'NOT_FOUND'],
    });
    expect(results(answer.text)[2]).toMatchObject({
      statuses: ['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'],
    });
  });
});

describe('a precomputed service', () => {
  const BUILT_MS = (NOW_S - 30) * 1000;
  const table = 'drivers___precomputed__mixed_status';
  const names = [
    'driver_expiring__score',
    'driver_expiring__label',
    'driver_hourly_stats__conv_rate',
    'zone_stats__demand',
  ];

  const vector = (driver: number, eventS: number, featureNames = names): StoredRow => {
    const message = create(PrecomputedFeatureVectorSchema, {
      featureNames,
      values: featureNames.map((_, index) => ({
        val: { case: 'int64Val' as const, value: BigInt(10 * driver + index) },
      })),
      fvTimestamps: [{ featureViewName: 'driver_expiring', eventTimestamp: timestampFromMs(eventS * 1000) }],
      precomputedAt: timestampFromMs(BUILT_MS),
    });
    const value = { type: ValueType.BYTES, value: toBinary(PrecomputedFeatureVectorSchema, message) };
    return { table, driver, feature: 'vector', value, eventS: NOW_S };
  };

  const precomputed = (): Uint8Array => {
    const document = RegistryDocument.decode(registry());
    const service = document.registry.featureServices.find(({ spec }) => spec?.name === 'mixed_status');
    if (!service?.spec) throw new Error('the fixture has no such service');
    service.spec.precomputeOnline = true;
    return document.encode(Date.now());
  };
  const read = (drivers: number[], fullFeatureNames = true) =>
    server.read(
      JSON.stringify({
        feature_service: 'mixed_status',
        entities: { driver_id: drivers, zone_id: drivers.map(() => 1) },
        full_feature_names: fullFeatureNames,
      }),
    );

  it('is read from its vectors, rows in the order of the request, duplicates included', async () => {
    const rows = [vector(1, NOW_S - 60), vector(2, NOW_S - 2 * DAY_S)];
    server = await startTestApp({ yaml: YAML, registry: precomputed(), fillStore: store(rows) });
    const answer = await read([2, 1, 2]);
    expect(answer.status).toBe(200);
    const built = new Date(BUILT_MS).toISOString().replace('.000Z', 'Z');
    expect(results(answer.text)).toMatchObject([
      { values: [2, 1, 2] },
      { values: [1, 1, 1] },
      {
        values: [20, 10, 20],
        statuses: ['OUTSIDE_MAX_AGE', 'PRESENT', 'OUTSIDE_MAX_AGE'],
        event_timestamps: [built, built, built],
      },
      { values: [21, 11, 21], statuses: ['OUTSIDE_MAX_AGE', 'PRESENT', 'OUTSIDE_MAX_AGE'] },
      { values: [22, 12, 22], statuses: ['PRESENT', 'PRESENT', 'PRESENT'] },
      { values: [23, 13, 23] },
    ]);
    expect((await read([1], false)).status).toBe(200);
  });

  it.each([
    ['an entity without a vector', [vector(1, NOW_S)], [1, 2]],
    ['a vector of other features', [vector(1, NOW_S, names.slice(1))], [1]],
  ])('answers 404 and what to do for %s', async (_, rows, drivers) => {
    server = await startTestApp({ yaml: YAML, registry: precomputed(), fillStore: store(rows) });
    expect(await read(drivers)).toMatchObject({
      status: 404,
      text: expect.stringContaining('feast precompute mixed_status'),
    });
  });
});
