import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { driverKey } from '../../../../test/support/stored-rows.js';
import { redisWriterOfTest, SECOND, soon, tripBatch } from '../../../../test/support/trip-rows.js';
import type { WriteBatch } from '../../../common/model/write-batch.js';

const FIXTURES = join(import.meta.dirname, '../../../../test/fixtures');
const hexOf = (base64: string) => Buffer.from(base64, 'base64').toString('hex');

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
beforeEach(async () => {
  await server.client.flushall();
});
afterAll(() => server.stop());

/** What Feast stored for the same repo, once in SQLite, where features have names, and once in Redis. */
describe('the repo that Feast materialized', () => {
  interface RedisDump {
    readonly keys: readonly {
      readonly key_base64: string;
      readonly fields: readonly { readonly field_base64: string; readonly value_base64: string }[];
    }[];
  }
  interface DumpedTable {
    readonly columns?: readonly string[];
    readonly rows?: readonly (readonly (string | number | null | { readonly b64: string })[])[];
  }
  const repos = join(FIXTURES, 'conformance/repos');
  const dump = <T>(path: string) => JSON.parse(readFileSync(join(repos, path), 'utf8')) as T;

  /** SQLite drops the fraction of a second; this is the only row that has one. */
  const FRACTION = { viewName: 'driver_hourly_stats', micros: 123_456, wholeSecond: 1_767_312_000 };

  function batches(): WriteBatch[] {
    const tables = Object.entries(
      dump<Record<string, DumpedTable>>('drivers-sqlite/dumps/online_store.sqlite.json'),
    );
    return tables.flatMap(([table, { columns = [], rows = [] }]) =>
      rows.map((cells) => {
        const cell = (column: string) => cells[columns.indexOf(column)] ?? null;
        const bytes = (column: string) =>
          Buffer.from((cell(column) as { b64: string } | null)?.b64 ?? '', 'base64');
        const viewName = table.slice('drivers_'.length);
        const seconds = cell('event_ts') as number;
        const isExact =
          viewName !== FRACTION.viewName ||
          seconds !== FRACTION.wholeSecond ||
          !isDriver1009(bytes('entity_key'));
        return tripBatch([], {
          project: 'drivers',
          viewName,
          features: [cell('feature_name') as string],
          keys: [bytes('entity_key')],
          values: [[bytes('value')]],
          eventTimesMicros: [seconds * SECOND + (isExact ? 0 : FRACTION.micros)],
          policy: 'last',
        });
      }),
    );
  }
  const isDriver1009 = (key: Buffer) => key.equals(driverKey(1009));

  it('is written byte for byte', async () => {
    const writer = redisWriterOfTest(server);
    const all = batches();
    expect(all.length).toBeGreaterThan(100);
    for (const batch of all) await writer.write(batch, soon());
    const expected = dump<RedisDump>('drivers-redis/dumps/redis.v3.json').keys.map(
      ({ key_base64, fields }) =>
        [
          hexOf(key_base64),
          Object.fromEntries(fields.map((field) => [hexOf(field.field_base64), hexOf(field.value_base64)])),
        ] as const,
    );
    const found = await Promise.all(
      expected.map(async ([key]) => [key, await server.hash(Buffer.from(key, 'hex'))] as const),
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    expect(await server.client.dbsize()).toBe(expected.length);
  });
});
