import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compileEntityKey } from '../src/common/codec/entity-key.codec.js';
import { encodeValue } from '../src/common/codec/value.codec.js';
import { Deadline } from '../src/common/model/deadline.js';
import { type FeatureValue, ValueType } from '../src/common/model/value.js';
import { PrecomputedFeatureVectorSchema } from '../src/generated/feast/core/PrecomputedFeatureVector_pb.js';
import { RedisOnlineStoreWriter } from '../src/modules/online-store/redis/redis-online-store-writer.js';
import { RegistryDocument } from '../src/modules/registry/registry-document.js';
import { RedisServer } from './support/redis-server.js';
import { startTestApp, type TestApp } from './support/test-app.js';

const REGISTRY = readFileSync(
  new URL('./fixtures/conformance/repos/drivers-redis/data/registry.db', import.meta.url),
);
const NOW_MICROS = Date.now() * 1000;
const DAY_MICROS = 86_400_000_000;

let redis: RedisServer;
let writer: RedisOnlineStoreWriter;
let server: TestApp | undefined;

beforeAll(async () => {
  redis = await RedisServer.start();
  writer = new RedisOnlineStoreWriter({
    connection: redis.connection(),
    keyTtlSeconds: null,
    skipDedup: false,
  });
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(async () => {
  await writer.close();
  await redis.stop();
});

const start = (registry: Uint8Array, env: Record<string, string> = {}): Promise<TestApp> =>
  startTestApp({
    yaml: `project: drivers\nregistry: data/registry.db\nonline_store: {type: redis, connection_string: "${redis.connectionString()}"}\n`,
    registry,
    env,
  });

/** One row of one feature. */
const write = (
  [viewName, feature]: readonly [string, string],
  driver: number,
  value: FeatureValue,
  eventMicros: number,
) =>
  writer.write(
    {
      project: 'drivers',
      viewName,
      version: 0,
      features: [feature],
      keys: compileEntityKey(['driver_id'], 3).encode([{ type: ValueType.INT64, values: [driver] }], [0]),
      values: [[encodeValue(value)]],
      eventTimesMicros: [eventMicros],
      createdTimesMicros: undefined,
      policy: 'newest',
    },
    Deadline.after(5000),
  );

const results = (text: string): { values: unknown[]; statuses: string[] }[] =>
  (JSON.parse(text) as { results: { values: unknown[]; statuses: string[] }[] }).results;

describe('reads from Redis', () => {
  const READ = '{"features":["driver_expiring:score"],"entities":{"driver_id":[1,2,3,4]}}';
  const score = (value: number): FeatureValue => ({ type: ValueType.DOUBLE, value });

  beforeAll(async () => {
    await write(['driver_expiring', 'score'], 1, score(1), NOW_MICROS - 1_000_000);
    await write(['driver_expiring', 'score'], 2, score(2), NOW_MICROS - 2 * DAY_MICROS);
    await write(['driver_expiring', 'score'], 3, null, NOW_MICROS - 1_000_000);
  });

  it('calls everything PRESENT, as Feast does', async () => {
    server = await start(REGISTRY);
    expect(results((await server.read(READ)).text)[1]).toMatchObject({
      values: [1, 2, null, null],
      statuses: ['PRESENT', 'PRESENT', 'PRESENT', 'PRESENT'],
    });
  });

  it('tells what is null, absent or too old with read_semantics: precise', async () => {
    server = await start(REGISTRY, { SALVER_READ_SEMANTICS: 'precise' });
    expect(results((await server.read(READ)).text)[1]).toMatchObject({
      values: [1, null, null, null],
      statuses: ['PRESENT', 'OUTSIDE_MAX_AGE', 'NULL_VALUE', 'NOT_FOUND'],
    });
  });

  it('keeps the newest event, whatever comes later', async () => {
    server = await start(REGISTRY);
    const outcome = await write(['driver_expiring', 'score'], 1, score(9), NOW_MICROS - DAY_MICROS);
    expect(outcome).toEqual({ written: 0, skipped: 1 });
    expect(results((await server.read(READ)).text)[1]?.values[0]).toBe(1);
  });

  it('reads a precomputed service from its vectors', async () => {
    const vector = create(PrecomputedFeatureVectorSchema, {
      featureNames: ['driver_hourly_stats__avg_daily_trips', 'driver_hourly_stats__conv_rate'],
      values: [{ val: { case: 'int64Val', value: 7n } }, { val: { case: 'floatVal', value: 0.5 } }],
      precomputedAt: timestampFromMs(Date.now()),
    });
    const bytes = toBinary(PrecomputedFeatureVectorSchema, vector);
    await write(
      ['__precomputed__driver_activity_v1', 'vector'],
      5,
      { type: ValueType.BYTES, value: bytes },
      NOW_MICROS,
    );
    const document = RegistryDocument.decode(REGISTRY);
    const service = document.registry.featureServices.find(({ spec }) => spec?.name === 'driver_activity_v1');
    if (!service?.spec) throw new Error('the fixture has no such service');
    service.spec.precomputeOnline = true;
    server = await start(document.encode(Date.now()));
    const answer = await server.read(
      '{"feature_service":"driver_activity_v1","entities":{"driver_id":[5,5]}}',
    );
    expect(results(answer.text).map(({ values }) => values)).toEqual([
      [5, 5],
      [0.5, 0.5],
      [7, 7],
    ]);
    const missing = await server.read(
      '{"feature_service":"driver_activity_v1","entities":{"driver_id":[6]}}',
    );
    expect(missing.status).toBe(404);
  });
});
