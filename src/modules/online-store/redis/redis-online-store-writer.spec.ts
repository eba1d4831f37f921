import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { EVENT_TIME_MICROS } from '../../../../test/support/stored-rows.js';
import {
  hashKey,
  redisWriterOfTest,
  SECOND,
  soon,
  storedTrips,
  T1,
  T2,
  TIME_FIELD,
  tripBatch,
  type TripRow,
  TRIPS_FIELD,
  tripsHex,
} from '../../../../test/support/trip-rows.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import { describeOnlineStoreWriterContract } from '../online-store-writer.contract.js';
import { RedisOnlineStore } from './redis-online-store.js';
import { RedisOnlineStoreWriter } from './redis-online-store-writer.js';

const FIXTURES = join(import.meta.dirname, '../../../../test/fixtures');

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
beforeEach(async () => {
  await server.client.flushall();
});
afterAll(() => server.stop());

describeOnlineStoreWriterContract('Redis', {
  setUp: async () => {},
  tearDown: async () => {},
  openWriter: async () =>
    new RedisOnlineStoreWriter({ connection: server.connection(), keyTtlSeconds: null, skipDedup: false }),
  openReader: async () => new RedisOnlineStore({ connection: server.connection() }),
  winnerOfEqualTimes: 'first',
});

describe('the bytes', () => {
  it('are those of the row example', async () => {
    const { row_example: example } = JSON.parse(
      readFileSync(join(FIXTURES, 'spec/redis-vectors.json'), 'utf8'),
    ) as { row_example: { key_hex: string; hash: Record<string, string> } };
    const cell = (hex: string) => [Buffer.from(hex, 'hex')];
    const outcome = await redisWriterOfTest(server).write(
      tripBatch([{ trips: 7, micros: EVENT_TIME_MICROS + 123_456 }], {
        features: ['conv', 'acc', 'trips', 'name'],
        values: [cell('35cdcccc3d'), cell('299a9999999999b93f'), cell('2007'), cell('1202c3a9')],
      }),
      soon(),
    );
    expect(outcome).toEqual({ written: 1, skipped: 0 });
    expect(await server.hash(Buffer.from(example.key_hex, 'hex'))).toEqual(example.hash);
    expect(await server.client.dbsize()).toBe(1);
  });

  it('of a version other than 0 have it in their names', async () => {
    await redisWriterOfTest(server).write(tripBatch([{ trips: 7, micros: T1 }], { version: 3 }), soon());
    const hash = await server.hash(hashKey());
    expect(hash).toHaveProperty(Buffer.from('_ts:stats_v3').toString('hex'));
    expect(hash).not.toHaveProperty(TRIPS_FIELD);
  });
});

describe('which row wins', () => {
  const write = (rows: readonly TripRow[], changes: Partial<WriteBatch> = {}): Promise<WriteOutcome> =>
    redisWriterOfTest(server).write(tripBatch(rows, changes), soon());

  it.each<[string, [number, number], number, WriteOutcome]>([
    ['a newer one by a microsecond', [T1, T2], 2, { written: 1, skipped: 0 }],
    ['not an older one by a microsecond', [T2, T1], 1, { written: 0, skipped: 1 }],
    ['any after the epoch itself', [0, 0], 2, { written: 1, skipped: 0 }],
    ['an older one after the epoch', [0, -5], 2, { written: 1, skipped: 0 }],
    [
      'an older one before the epoch',
      [-315_619_200 * SECOND, -631_152_000 * SECOND],
      2,
      { written: 1, skipped: 0 },
    ],
    ['a fraction of a second after the epoch protects', [1, 1], 1, { written: 0, skipped: 1 }],
    ['nothing from before the epoch over it', [1, -1], 1, { written: 0, skipped: 1 }],
    ['nothing half a second before the epoch protects', [-500_000, -500_001], 2, { written: 1, skipped: 0 }],
  ])('%s', async (_what, [before, after], winner, outcome) => {
    await write([{ trips: 1, micros: before }]);
    expect(await write([{ trips: 2, micros: after }])).toEqual(outcome);
    expect(await storedTrips(server)).toBe(tripsHex(winner));
  });

  it('in one batch of rows from before the epoch the last', async () => {
    const rows = [-5, -3, 0, -7].map((micros, index) => ({ trips: index + 1, micros }));
    expect(await write(rows)).toEqual({ written: 4, skipped: 0 });
    expect(await storedTrips(server)).toBe(tripsHex(4));
  });

  it('the last of all with skip_dedup', async () => {
    const writer = redisWriterOfTest(server, { skipDedup: true });
    const rows = [T2, T1, T2, T1].map((micros, index) => ({ trips: index + 1, micros }));
    expect(await writer.write(tripBatch(rows), soon())).toEqual({ written: 4, skipped: 0 });
    expect(await server.hash(hashKey())).toEqual({
      [TIME_FIELD.toString('hex')]: '08a09c90cd06',
      [TRIPS_FIELD]: tripsHex(4),
    });
  });
});

describe('key_ttl_seconds', () => {
  const ttl = () => server.client.ttl(hashKey());

  it('is set by each row that is written, and left alone by one that is not', async () => {
    const writer = redisWriterOfTest(server, { keyTtlSeconds: 1000 });
    await writer.write(tripBatch([{ trips: 1, micros: T1 }]), soon());
    expect(await ttl()).toBe(1000);
    await server.client.expire(hashKey(), 50);
    await writer.write(tripBatch([{ trips: 2, micros: T1 }]), soon());
    expect(await ttl()).toBe(50);
    await writer.write(tripBatch([{ trips: 2, micros: T1 }], { viewName: 'other' }), soon());
    expect(await ttl()).toBe(1000);
  });

  it('is set with the policy last too', async () => {
    const writer = redisWriterOfTest(server, { keyTtlSeconds: 1000 });
    await writer.write(tripBatch([{ trips: 1, micros: T1 }], { policy: 'last' }), soon());
    expect(await ttl()).toBe(1000);
  });

  it.each([[null], [0]])('%s sets none and leaves what is there', async (keyTtlSeconds) => {
    const writer = redisWriterOfTest(server, { keyTtlSeconds });
    await writer.write(tripBatch([{ trips: 1, micros: T1 }]), soon());
    expect(await ttl()).toBe(-1);
    await server.client.expire(hashKey(), 50);
    for (const policy of ['newest', 'last'] as const) {
      await writer.write(tripBatch([{ trips: 2, micros: T2 }], { policy }), soon());
      expect(await ttl()).toBe(50);
    }
  });
});
