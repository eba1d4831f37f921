import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

import { type RedisProcess, startRedis } from '../support/redis-process.ts';

interface Dump {
  readonly keys: readonly {
    readonly key_base64: string;
    readonly ttl_seconds: number;
    readonly fields: readonly { readonly field_base64: string; readonly value_base64: string }[];
  }[];
}

/** A Redis server of this replay's own, holding a recorded dump. Errors: ServerStartError. */
export function redisWithDump(dumpFile: string): Promise<RedisProcess> {
  return startRedis((client) => load(client, JSON.parse(readFileSync(dumpFile, 'utf8')) as Dump));
}

async function load(client: Redis, dump: Dump): Promise<void> {
  const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
  for (const { key_base64, ttl_seconds, fields } of dump.keys) {
    const pairs = fields.flatMap((field) => [bytes(field.field_base64), bytes(field.value_base64)]);
    await client.hset(bytes(key_base64), ...pairs);
    if (ttl_seconds > 0) await client.expire(bytes(key_base64), ttl_seconds);
  }
}
