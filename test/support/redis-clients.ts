import type { Redis } from 'ioredis';
import { onTestFinished, vi } from 'vitest';
import { Deadline } from '../../src/common/model/deadline.js';
import { createRedisClient, runRedisCommands } from '../../src/modules/online-store/redis/redis-client.js';
import { redisConnectionOptions } from '../../src/modules/online-store/redis/redis-connection-options.js';
import { RedisServer, type RedisServerOptions } from './redis-server.js';

/* Servers and clients that end with the test that asks for them. */

export async function redisServerOfTest(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  onTestFinished(() => server.stop());
  return server;
}

export function redisClientOfTest(connectionString: string): Redis {
  const client = createRedisClient(redisConnectionOptions({ redisType: 'redis', connectionString }));
  onTestFinished(() => client.disconnect());
  return client;
}

export function ping(client: Redis, timeoutMs = 5000): Promise<string> {
  return runRedisCommands(client, Deadline.after(timeoutMs), (redis) => redis.ping());
}

/** What a promise is rejected with. */
export async function failureOf(reply: Promise<unknown>): Promise<Error> {
  const [result] = await Promise.allSettled([reply]);
  if (result.status === 'fulfilled') throw new Error(`answered ${String(result.value)}`);
  return result.reason as Error;
}

/** Resolves when the server answers again; fails after a while. */
export async function recovery(client: Redis): Promise<string> {
  return vi.waitFor(() => ping(client, 1000), { timeout: 15_000, interval: 20 });
}
