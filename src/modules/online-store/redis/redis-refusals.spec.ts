import { describe, expect, it, vi } from 'vitest';
import {
  failureOf,
  ping,
  recovery,
  redisClientOfTest,
  redisServerOfTest,
} from '../../../../test/support/redis-clients.js';
import { CorruptDataError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { runRedisCommands } from './redis-client.js';

describe('what the server refuses', () => {
  it.each([
    [
      { password: 'right' },
      'password=wrong',
      'refuses the user name and password of online_store.connection_string',
    ],
    [
      { password: 'right' },
      'username=nobody',
      'refuses the user name and password of online_store.connection_string',
    ],
    [{}, 'password=needless', 'has no password, but online_store.connection_string names one'],
    [{}, 'db=99', 'does not have the database (db) that online_store.connection_string names'],
  ])('%o, %s', async (options, more, message) => {
    const server = await redisServerOfTest(options);
    const client = redisClientOfTest(`127.0.0.1:${server.port},${more}`);
    const refused = new Set<string>();
    for (let round = 0; round < 10; round++) {
      const error = await failureOf(ping(client));
      expect(error).toBeInstanceOf(UnavailableError);
      refused.add(error.message);
      expect(JSON.stringify([error, error.cause, String(error.cause)])).not.toMatch(/wrong|needless/);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([...refused]).toEqual([`the online store (Redis) ${message}`]);
  });

  it.each(['db=99', 'password=needless'])('is tried less and less often: %s', async (more) => {
    const server = await redisServerOfTest();
    const received = async () =>
      Number(/total_connections_received:(\d+)/.exec(await server.client.info())![1]);
    const before = await received();
    await failureOf(ping(redisClientOfTest(server.connectionString(more))));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const attempts = (await received()) - before;
    expect(attempts).toBeGreaterThan(2);
    expect(attempts).toBeLessThan(12);
    expect(await server.client.dbsize()).toBe(0);
  });

  it('a missing password', async () => {
    const server = await redisServerOfTest({ password: 'right' });
    const error = await failureOf(ping(redisClientOfTest(`127.0.0.1:${server.port}`)));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toBe(
      'the online store (Redis) asks for a password: online_store.connection_string has none',
    );
  });

  it('comes right when the password is set', async () => {
    const server = await redisServerOfTest({ password: 'right' });
    const client = redisClientOfTest(`127.0.0.1:${server.port},password=new`);
    await failureOf(ping(client));
    await server.client.config('SET', 'requirepass', 'new');
    expect(await recovery(client)).toBe('PONG');
  });

  it('while it loads its data', async () => {
    const server = await redisServerOfTest();
    await server.client.mset(
      Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, 'x'.repeat(1000)])),
    );
    await server.client.save();
    await server.kill();
    // Microseconds of sleep for each key, and bytes between two looks at the sockets.
    await server.restart('--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024');
    const client = redisClientOfTest(server.connectionString());
    const error = await failureOf(ping(client));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toBe('the online store (Redis) is still loading its data');
    expect(await recovery(client)).toBe('PONG');
  });

  it('a write to a replica, until it is the primary', async () => {
    const server = await redisServerOfTest();
    await server.client.call('REPLICAOF', '127.0.0.1', '1');
    const client = redisClientOfTest(server.connectionString());
    const set = () => runRedisCommands(client, Deadline.after(5000), (redis) => redis.set('a', '1'));
    expect((await failureOf(set())).message).toMatch(/is a replica, which takes no writes/);
    await server.client.call('REPLICAOF', 'NO', 'ONE');
    expect(await vi.waitFor(set, { timeout: 60_000 })).toBe('OK');
  });

  it('a write when its memory is full', async () => {
    const server = await redisServerOfTest({ args: ['--maxmemory', '1kb'] });
    const client = redisClientOfTest(server.connectionString());
    const set = runRedisCommands(client, Deadline.after(5000), (redis) => redis.set('a', 'x'));
    expect((await failureOf(set)).message).toMatch(/its memory is full \(maxmemory\)/);
  });

  it('a user without the permission', async () => {
    const server = await redisServerOfTest();
    await server.client.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+get', '+client');
    const client = redisClientOfTest(server.connectionString('username=reader', 'password=pw'));
    const set = runRedisCommands(client, Deadline.after(5000), (redis) => redis.set('a', 'x'));
    const error = await failureOf(set);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(/NOPERM .*'set' command/);
  });

  it('a key of another kind is damage, not an outage', async () => {
    const server = await redisServerOfTest();
    await server.client.set('a', 'x');
    const client = redisClientOfTest(server.connectionString());
    const hset = runRedisCommands(client, Deadline.after(5000), (redis) => redis.hset('a', 'f', 'v'));
    expect(await failureOf(hset)).toBeInstanceOf(CorruptDataError);
  });
});
