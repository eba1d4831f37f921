import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  failureOf,
  ping,
  recovery,
  redisClientOfTest,
  redisServerOfTest,
} from '../../../../test/support/redis-clients.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { runRedisCommands } from './redis-client.js';
import { redisRetryDelayMs } from './redis-retry-delay.js';

describe('runRedisCommands', () => {
  it('connects when it is needed, in the database and with the name that are asked for', async () => {
    const server = await redisServerOfTest();
    const client = redisClientOfTest(server.connectionString('db=5', 'client_name=shop'));
    expect(client.status).toBe('wait');
    await runRedisCommands(client, Deadline.after(5000), (redis) => redis.set('a', '1'));
    expect(await server.client.select(5).then(() => server.client.get('a'))).toBe('1');
    expect(await server.client.client('LIST')).toMatch(/name=shop .*db=5/);
  });

  it('serves many callers that wait for one connection, without a warning', async () => {
    const warnings = vi.spyOn(process, 'emitWarning');
    onTestFinished(() => warnings.mockRestore());
    const server = await redisServerOfTest();
    const client = redisClientOfTest(server.connectionString());
    const replies = await Promise.all(Array.from({ length: 200 }, () => ping(client)));
    expect(new Set(replies)).toEqual(new Set(['PONG']));
    expect(warnings).not.toHaveBeenCalled();
  });

  it('goes through a Unix socket', async () => {
    const server = await redisServerOfTest();
    const client = redisClientOfTest(`nowhere.invalid:1,unix_socket_path=${server.socketPath}`);
    expect(await ping(client)).toBe('PONG');
  });

  it('fails when nobody listens, at once after the first time, and recovers', async () => {
    const server = await redisServerOfTest();
    await server.kill();
    const client = redisClientOfTest(server.connectionString());
    const error = await failureOf(ping(client));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toBe('the online store (Redis) cannot be reached (ECONNREFUSED)');
    const begin = performance.now();
    for (let round = 0; round < 50; round++) await failureOf(ping(client));
    expect(performance.now() - begin).toBeLessThan(3000);
    await server.restart();
    expect(await recovery(client)).toBe('PONG');
  });

  it('recovers from a crash of the server, and fails what was under way', async () => {
    const server = await redisServerOfTest();
    const client = redisClientOfTest(server.connectionString());
    await ping(client);
    server.pause();
    const underWay = failureOf(ping(client));
    await server.kill();
    expect((await underWay).message).toBe('the online store (Redis) closed the connection');
    expect(await failureOf(ping(client))).toBeInstanceOf(UnavailableError);
    await server.restart();
    expect(await recovery(client)).toBe('PONG');
  });

  it('waits out a connection that the server has closed', async () => {
    const server = await redisServerOfTest();
    const client = redisClientOfTest(server.connectionString());
    for (let round = 0; round < 5; round++) {
      await ping(client);
      const closed = once(client, 'close');
      await server.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await closed;
      expect(await ping(client)).toBe('PONG');
    }
  });

  it('keeps the deadline when the server stops answering, and recovers', async () => {
    const server = await redisServerOfTest();
    const client = redisClientOfTest(server.connectionString('socket_timeout=2'));
    await ping(client);
    server.pause();
    const begin = performance.now();
    const error = await failureOf(ping(client, 150));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toBe('the online store (Redis) did not answer in time');
    expect(performance.now() - begin).toBeLessThan(1500);
    // The silent connection is given up, and nothing is kept for it.
    await vi.waitFor(() => expect(client.status).not.toBe('ready'), { timeout: 30_000 });
    expect(await failureOf(ping(client, 150))).toBeInstanceOf(UnavailableError);
    server.resume();
    expect(await recovery(client)).toBe('PONG');
  });

  it('keeps the deadline while it connects to a server that does not answer', async () => {
    const server = await redisServerOfTest({ password: 'secret' });
    server.pause();
    const client = redisClientOfTest(server.connectionString());
    const begin = performance.now();
    expect((await failureOf(ping(client, 150))).message).toBe(
      'the online store (Redis) did not answer in time',
    );
    expect(performance.now() - begin).toBeLessThan(3000);
    server.resume();
    expect(await recovery(client)).toBe('PONG');
  });

  it('does not send anything after the deadline', async () => {
    const server = await redisServerOfTest();
    const client = redisClientOfTest(server.connectionString());
    const never = vi.fn<() => Promise<string>>();
    expect(await failureOf(runRedisCommands(client, Deadline.after(-1), never))).toBeInstanceOf(
      UnavailableError,
    );
    expect(never).not.toHaveBeenCalled();
  });

  it('says that it is closed', async () => {
    const server = await redisServerOfTest();
    const client = redisClientOfTest(server.connectionString());
    await ping(client);
    client.disconnect();
    await vi.waitFor(() => expect(client.status).toBe('end'), 60_000);
    expect((await failureOf(ping(client))).message).toBe('the online store (Redis) is closed');
  });

  it('tells a connection that is closed before it is of use', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket.on('error', () => undefined).destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const error = await failureOf(ping(redisClientOfTest(`127.0.0.1:${port},password=x`)));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(/closed the connection|\((ECONNRESET|EPIPE)\)/);
    expect(sockets).not.toEqual([]);
  });

  it('prints nothing', async () => {
    const printed = (['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method));
    onTestFinished(() => printed.forEach((spy) => spy.mockRestore()));
    const server = await redisServerOfTest();
    for (const more of ['password=needless', 'db=99', 'ssl=true,socket_connect_timeout=0.1']) {
      await failureOf(ping(redisClientOfTest(server.connectionString(more)), 500));
    }
    const client = redisClientOfTest(server.connectionString());
    await ping(client);
    await server.kill();
    await failureOf(ping(client));
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });
});

describe('redisRetryDelayMs', () => {
  it('grows to about a second and stays there', () => {
    for (let attempt = 1; attempt < 2000; attempt++) {
      const delay = redisRetryDelayMs(attempt);
      expect(delay).toBeGreaterThanOrEqual(Math.min(10, attempt * 10));
      expect(delay).toBeLessThanOrEqual(1000);
    }
    expect(redisRetryDelayMs(1)).toBeLessThanOrEqual(20);
    expect(redisRetryDelayMs(50)).toBeGreaterThanOrEqual(500);
  });
});
