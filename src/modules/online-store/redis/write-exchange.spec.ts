import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { ScriptedRedis } from '../../../../test/support/scripted-redis.js';
import { errorOf } from '../../../../test/support/stored-rows.js';
import {
  hashKey,
  redisWriterOfTest,
  soon,
  storedTrips,
  T1,
  tripBatch,
  tripsHex,
} from '../../../../test/support/trip-rows.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { redisField } from './redis-row.codec.js';
import { RedisOnlineStoreWriter } from './redis-online-store-writer.js';

const ONE_ROW = tripBatch([{ trips: 1, micros: T1 }]);
const MANY_ROWS = tripBatch(Array.from({ length: 5000 }, (_, driver) => ({ trips: 1, micros: T1, driver })));
const POLICIES = ['newest', 'last'] as const;

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
beforeEach(async () => {
  await server.client.flushall();
});
afterAll(() => server.stop());

describe('what is sent', () => {
  it.each(POLICIES)(
    'holds values of all lengths, of more features than a call takes (%s)',
    async (policy) => {
      const lengths = [0, 1, 31, 32, 255, 256, 65_535, 65_536, 3_000_000];
      const features = Array.from({ length: 1201 }, (_, index) => `f${index}`);
      const values = features.map((_, index) => [Buffer.alloc(lengths[index % 500] ?? index % 40, index)]);
      const batch = { ...ONE_ROW, features, values, policy };
      expect(await redisWriterOfTest(server).write(batch, soon())).toEqual({ written: 1, skipped: 0 });
      const hash = await server.hash(hashKey());
      expect(Object.keys(hash)).toHaveLength(features.length + 1);
      features.forEach((feature, index) => {
        const field = Buffer.from(redisField('stats', 0, feature)).toString('hex');
        expect(Buffer.from(hash[field]!, 'hex').equals(values[index]![0]!)).toBe(true);
      });
    },
  );

  it('is the newest of the rows of a key, however many', async () => {
    const writer = redisWriterOfTest(server);
    const rows = Array.from({ length: 3000 }, (_, index) => ({ trips: index, micros: T1 + (index % 100) }));
    expect(await writer.write(tripBatch(rows), soon())).toEqual({ written: 100, skipped: 2900 });
    expect(await storedTrips(server)).toBe(tripsHex(99));
  });

  it.each(POLICIES)('ends with the first part that is refused (%s)', async (policy) => {
    await using own = await RedisServer.start({ args: ['--maxmemory', '1kb'] });
    const error = await errorOf(() => redisWriterOfTest(own).write({ ...MANY_ROWS, policy }, soon()));
    expect(error).toBeInstanceOf(UnavailableError);
    const stats = await own.client.info('commandstats');
    const counts = new RegExp(
      `cmdstat_${policy === 'last' ? 'hset' : 'evalsha'}:.*rejected_calls=(\\d+),failed_calls=(\\d+)`,
    ).exec(stats);
    const refused = Number(counts?.[1]) + Number(counts?.[2]);
    // Two parts are under way; calls of the script are refused once more before it is loaded.
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(2000);
  });

  it('goes over another connection after a replica has refused it', async () => {
    const writer = redisWriterOfTest(server);
    const connectionId = async (): Promise<string | undefined> => {
      const list = String(await server.client.client('LIST'));
      return /^id=(\d+).* name=salver /m.exec(list)?.[1];
    };
    await writer.write(ONE_ROW, soon());
    const before = await connectionId();
    await server.client.call('REPLICAOF', '127.0.0.1', '1');
    onTestFinished(async () => void (await server.client.call('REPLICAOF', 'NO', 'ONE')));
    const newer = tripBatch([{ trips: 2, micros: T1 + 1 }]);
    expect(String(await errorOf(() => writer.write(newer, soon())))).toMatch(/is a replica/);
    await server.client.call('REPLICAOF', 'NO', 'ONE');
    await vi.waitFor(() => writer.write(newer, soon()), { timeout: 60_000, interval: 20 });
    expect(before).toBeDefined();
    expect(await connectionId()).not.toBe(before);
  });
});

describe('a server that makes no sense', () => {
  async function errorWith(reply: (command: 'EVALSHA' | 'SCRIPT') => string): Promise<unknown> {
    await using scripted = await ScriptedRedis.start((socket, _connection, bytes) => {
      const commands = bytes.toString('latin1').matchAll(/\r\n(EVALSHA|SCRIPT)\r\n/g);
      for (const [, command] of commands) socket.write(reply(command as 'EVALSHA' | 'SCRIPT'));
    });
    const connection = scripted.connection();
    const writer = new RedisOnlineStoreWriter({ connection, keyTtlSeconds: null, skipDedup: false });
    try {
      return await errorOf(() => writer.write(ONE_ROW, soon()));
    } finally {
      await writer.close();
    }
  }

  it('because it never keeps a script', async () => {
    let loads = 0;
    const error = await errorWith((command) => {
      if (command === 'EVALSHA') return '-NOSCRIPT No matching script.\r\n';
      loads++;
      return '$1\r\nx\r\n';
    });
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toContain('keeps losing its scripts');
    expect(loads).toBe(3);
  });

  it.each(['+done\r\n', '*1\r\n:1\r\n', '*0\r\n', '$-1\r\n', '$2\r\n1x\r\n', '1\r\n'])(
    'because it answers %j',
    async (reply) => {
      const error = await errorWith(() => reply);
      expect(error).toBeInstanceOf(UnavailableError);
      expect(String(error)).toContain('out of step');
    },
  );

  it('because it refuses to load what it does not have', async () => {
    const error = await errorWith((command) =>
      command === 'EVALSHA'
        ? '-NOSCRIPT No matching script.\r\n'
        : "-NOPERM this user has no permissions to run the 'script|load' command\r\n",
    );
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toContain('script|load');
  });
});
