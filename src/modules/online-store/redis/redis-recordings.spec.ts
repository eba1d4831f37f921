import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { murmur3Field } from '../../../../test/support/feast-redis-hashes.js';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { ReadPlan, ViewRead } from '../../../common/model/read-plan.js';
import { RedisOnlineStore } from './redis-online-store.js';

const DUMPS = 'test/fixtures/conformance/repos/drivers-redis/dumps';
const PROJECT = 'drivers';

interface DumpedHash {
  readonly key_base64: string;
  readonly fields: readonly { readonly field_base64: string; readonly value_base64: string }[];
}

interface DumpedView {
  readonly spec: {
    readonly name: string;
    readonly features?: readonly { readonly name: string }[];
  };
}

function dump<T>(name: string): T {
  return JSON.parse(readFileSync(join(DUMPS, name), 'utf8')) as T;
}

const decoded = (base64: string): Buffer => Buffer.from(base64, 'base64');

function recordedViews(): ViewRead[] {
  const registry = dump<Record<'feature_views' | 'stream_feature_views', DumpedView[]>>('registry.json');
  return [...registry.feature_views, ...registry.stream_feature_views].map(({ spec }) => ({
    viewName: spec.name,
    version: 0,
    features: (spec.features ?? []).map(({ name }) => name),
  }));
}

/** What the fields of a dumped hash mean, by their names in hexadecimal. */
function meanings(views: readonly ViewRead[]): Map<string, { view: number; field: number }> {
  return new Map(
    views.flatMap(({ viewName, features }, view) => [
      [Buffer.from(`_ts:${viewName}`).toString('hex'), { view, field: -1 }] as const,
      ...features.map((feature, field) => {
        const name = murmur3Field(Buffer.from(`${viewName}:${feature}`)).toString('hex');
        return [name, { view, field }] as const;
      }),
    ]),
  );
}

function expectedLine(place: string, field: number, value: Buffer): string {
  if (field >= 0) return `${place} ${field}=${value.toString('hex')}`;
  const { seconds, nanos } = fromBinary(TimestampSchema, value);
  return `${place} @${Number(seconds) * 1e6 + nanos / 1000}`;
}

describe('hashes that Feast wrote', () => {
  let server: RedisServer;
  let store: RedisOnlineStore;
  beforeAll(async () => {
    server = await RedisServer.start();
    store = new RedisOnlineStore({ connection: server.connection() });
  });
  beforeEach(() => server.client.flushall());
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  const load = async (hashes: readonly DumpedHash[]): Promise<void> => {
    for (const { key_base64, fields } of hashes) {
      const flat = fields.flatMap((field) => [decoded(field.field_base64), decoded(field.value_base64)]);
      await server.client.call('HSET', decoded(key_base64), ...flat);
    }
  };
  const lines = async (plan: ReadPlan, keys: readonly (readonly Uint8Array[])[]): Promise<string[]> => {
    const sink = new RecordingSink();
    await store.read(plan, keys, sink, Deadline.after(10_000));
    return sink.lines();
  };

  it.each([
    ['redis.v3.json', 36],
    ['redis.v2.json', 36],
    ['redis.v3-key-ttl-864000.location_stats.json', 4],
  ])('are read as they were dumped: %s', async (name, count) => {
    const { keys: hashes } = dump<{ keys: readonly DumpedHash[] }>(name);
    expect(hashes).toHaveLength(count);
    await load(hashes);
    const views = recordedViews();
    const meaningOf = meanings(views);
    const expected = hashes.flatMap(({ fields }, row) =>
      fields.map((field) => {
        const hex = decoded(field.field_base64).toString('hex');
        const meaning = meaningOf.get(hex);
        if (!meaning) throw new Error(`no feature has the field ${hex}`);
        return expectedLine(`${meaning.view}/${row}`, meaning.field, decoded(field.value_base64));
      }),
    );
    const keys = hashes.map(({ key_base64 }) => decoded(key_base64).subarray(0, -PROJECT.length));
    const found = await lines(
      { project: PROJECT, views },
      views.map(() => keys),
    );
    expect(found).toEqual(expected.toSorted());
  });

  it('are read where the key was written out by hand', async () => {
    await load(dump<{ keys: readonly DumpedHash[] }>('redis.v3.json').keys);
    const zoneKey = (id: number): Buffer =>
      Buffer.concat([
        Buffer.from('0100000002000000070000007a6f6e655f6964030000000400', 'hex'),
        Buffer.from([0, 0, id, 0, 0, 0]),
      ]);
    const feature = recordedViews().find(({ viewName }) => viewName === 'zone_stats')?.features;
    const plan = {
      project: PROJECT,
      views: [{ viewName: 'zone_stats', version: 0, features: feature ?? [] }],
    };
    // The row of zone 2 holds a null.
    expect(await lines(plan, [[1, 2, 3, 4].map(zoneKey)])).toEqual([
      '0/0 0=1805',
      `0/0 @${Date.UTC(2000, 0, 1) * 1000}`,
      '0/1 0=',
      `0/1 @${Date.UTC(2026, 0, 1) * 1000}`,
      '0/2 0=1807',
      `0/2 @${Date.UTC(2026, 0, 1, 5) * 1000}`,
    ]);
  });
});
