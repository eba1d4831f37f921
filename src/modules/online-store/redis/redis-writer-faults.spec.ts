import { create, toBinary } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { errorOf } from '../../../../test/support/stored-rows.js';
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
  tripsHex,
} from '../../../../test/support/trip-rows.js';
import { CorruptDataError, InvalidValueError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { NEWEST_ROW_SHA } from './redis-write-script.js';

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
beforeEach(async () => {
  await server.client.flushall();
});
afterAll(() => server.stop());

describe('damage', () => {
  const damaged = [
    '08',
    '08a09c90cd',
    '0a05',
    'ffffffffffffffffffffff',
    '0001',
    '0d0102',
    '08ffffffffffffffffffff01',
  ];

  it.each(damaged)('in a stored event time (%s) keeps only its own key from being written', async (hex) => {
    await server.client.hset(hashKey(), TIME_FIELD, Buffer.from(hex, 'hex'));
    const rows = [
      { trips: 1, micros: T1, driver: 1 },
      { trips: 2, micros: T1 },
      { trips: 3, micros: T1, driver: 3 },
    ];
    const error = await errorOf(() => redisWriterOfTest(server).write(tripBatch(rows), soon()));
    expect(error).toBeInstanceOf(CorruptDataError);
    expect(await server.hash(hashKey())).toEqual({ [TIME_FIELD.toString('hex')]: hex });
    for (const driver of [1, 3]) {
      expect(await storedTrips(server, driver)).toBe(tripsHex(driver));
    }
  });

  it.each(['newest', 'last'] as const)('of a key that holds no hash, with the policy %s', async (policy) => {
    await server.client.set(hashKey(), 'x');
    const rows = [
      { trips: 2, micros: T1 },
      { trips: 3, micros: T1, driver: 3 },
    ];
    const error = await errorOf(() => redisWriterOfTest(server).write(tripBatch(rows, { policy }), soon()));
    expect(error).toBeInstanceOf(CorruptDataError);
    expect(await server.client.get(hashKey())).toBe('x');
    expect(await server.client.dbsize()).toBe(2);
  });

  it.each([
    ['fields that nobody knows', '1a03ffffff2501020304310102030405060708280108a09c90cd06', T1],
    ['the last of two fields', '080108a09c90cd06', T1],
    [
      'more nanoseconds than a second has',
      '089f9c90cd061080cab5ee01'.replace('80cab5ee01', '8094ebdc03'),
      T1,
    ],
    ['negative nanoseconds', `08a19c90cd0610${'80ec94a3fcffffffff01'}`, T1],
  ])('is not what a stored event time has with %s', async (_what, hex, micros) => {
    await server.client.hset(hashKey(), TIME_FIELD, Buffer.from(hex, 'hex'));
    const writer = redisWriterOfTest(server);
    expect(await writer.write(tripBatch([{ trips: 1, micros }]), soon())).toEqual({ written: 0, skipped: 1 });
    expect(await writer.write(tripBatch([{ trips: 1, micros: micros + 1 }]), soon())).toEqual({
      written: 1,
      skipped: 0,
    });
  });

  it('of the batch is found before anything is written', async () => {
    const rows = [
      { trips: 1, micros: T1 },
      { trips: 2, micros: Number.NaN },
    ];
    expect(await errorOf(() => redisWriterOfTest(server).write(tripBatch(rows), soon()))).toBeInstanceOf(
      InvalidValueError,
    );
    expect(await server.client.dbsize()).toBe(0);
  });

  it('is not what a time with nanoseconds is', async () => {
    const stored = toBinary(
      TimestampSchema,
      create(TimestampSchema, { seconds: BigInt(T1 / SECOND), nanos: 1 }),
    );
    await server.client.hset(hashKey(), TIME_FIELD, Buffer.from(stored));
    const writer = redisWriterOfTest(server);
    expect((await writer.write(tripBatch([{ trips: 1, micros: T1 }]), soon())).skipped).toBe(1);
    expect((await writer.write(tripBatch([{ trips: 1, micros: T2 }]), soon())).written).toBe(1);
  });
});

describe('the script', () => {
  it('is loaded again when the server has lost it', async () => {
    const writer = redisWriterOfTest(server);
    for (let round = 0; round < 3; round++) {
      await server.client.script('FLUSH');
      const outcome = await writer.write(tripBatch([{ trips: round, micros: T1 + round }]), soon());
      expect(outcome).toEqual({ written: 1, skipped: 0 });
      expect(await server.client.script('EXISTS', NEWEST_ROW_SHA)).toEqual([1]);
    }
  });

  it('may be lost in the middle of a batch', async () => {
    const writer = redisWriterOfTest(server);
    const rows = Array.from({ length: 5000 }, (_, driver) => ({ trips: driver, micros: T1, driver }));
    let isDone = false;
    const flushes = (async () => {
      let count = 0;
      for (; !isDone; count++) {
        await server.client.script('FLUSH');
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      return count;
    })();
    const outcome = await writer.write(tripBatch(rows), soon()).finally(() => (isDone = true));
    expect(outcome).toEqual({ written: 5000, skipped: 0 });
    expect(await flushes).toBeGreaterThan(1);
    expect(await server.client.dbsize()).toBe(5000);
  });

  it('may be forbidden, and that is told', async () => {
    await server.client.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-@scripting');
    const writer = redisWriterOfTest(server, {
      connection: server.connection('username=plain', 'password=pw'),
    });
    const error = await errorOf(() => writer.write(tripBatch([{ trips: 1, micros: T1 }]), soon()));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toMatch(/NOPERM .*evalsha/);
  });
});

describe('outages', () => {
  const oneRow = tripBatch([{ trips: 1, micros: T1 }]);

  it('end without a restart of this server', async () => {
    await using own = await RedisServer.start();
    const writer = redisWriterOfTest(own);
    await writer.write(oneRow, soon());
    await own.kill();
    expect(await errorOf(() => writer.write(oneRow, soon()))).toBeInstanceOf(UnavailableError);
    await own.restart();
    const outcome = await vi.waitFor(() => writer.write(oneRow, soon()), { timeout: 60_000, interval: 20 });
    expect(outcome).toEqual({ written: 1, skipped: 0 });
  });

  it.each(['newest', 'last'] as const)('keep the deadline when the server hangs (%s)', async (policy) => {
    await using own = await RedisServer.start();
    const writer = redisWriterOfTest(own);
    await writer.write(oneRow, soon());
    own.pause();
    const begin = performance.now();
    const error = await errorOf(() => writer.write({ ...oneRow, policy }, Deadline.after(200)));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(performance.now() - begin).toBeLessThan(5000);
    own.resume();
    await vi.waitFor(() => writer.write(oneRow, soon()), { timeout: 60_000, interval: 20 });
  });

  it.each(['newest', 'last'] as const)('a full memory is told (%s)', async (policy) => {
    await using own = await RedisServer.start({ args: ['--maxmemory', '1kb'] });
    const error = await errorOf(() => redisWriterOfTest(own).write({ ...oneRow, policy }, soon()));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toMatch(/its memory is full \(maxmemory\)/);
  });

  it.each(['newest', 'last'] as const)('a replica is told (%s)', async (policy) => {
    await using own = await RedisServer.start();
    await own.client.call('REPLICAOF', '127.0.0.1', '1');
    const error = await errorOf(() => redisWriterOfTest(own).write({ ...oneRow, policy }, soon()));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toMatch(/is a replica, which takes no writes/);
  });
});
