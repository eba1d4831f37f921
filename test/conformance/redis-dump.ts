import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

import { freePort, LOOPBACK, ServerStartError } from '../support/server-process.ts';

interface Dump {
  readonly keys: readonly {
    readonly key_base64: string;
    readonly ttl_seconds: number;
    readonly fields: readonly { readonly field_base64: string; readonly value_base64: string }[];
  }[];
}

/** A Redis server of this replay's own, holding a recorded dump. */
export interface RedisWithDump {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

const START_LIMIT_MS = 10_000;

/** Errors: ServerStartError that says what to install when there is no redis-server. */
export async function redisWithDump(dumpFile: string): Promise<RedisWithDump> {
  const port = await freePort();
  const settings = ['--bind', LOOPBACK, '--port', String(port), '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', settings, { stdio: 'ignore' });
  const stop = async (): Promise<void> => end(child);
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  try {
    await load(port, JSON.parse(readFileSync(dumpFile, 'utf8')) as Dump, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `${LOOPBACK}:${port}`, stop };
}

async function load(port: number, dump: Dump, child: ChildProcess): Promise<void> {
  let missing = false;
  child.once('error', () => (missing = true));
  const client = new Redis({ host: LOOPBACK, port, lazyConnect: true, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  const giveUpAt = Date.now() + START_LIMIT_MS;
  while (client.status !== 'ready') {
    if (missing) throw new ServerStartError('redis-server is missing: apt-get install redis-server');
    if (Date.now() > giveUpAt) throw new ServerStartError('redis-server did not start');
    if (client.status === 'wait') void client.connect().catch(() => undefined);
    await delay(25);
  }
  const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
  for (const { key_base64, ttl_seconds, fields } of dump.keys) {
    const pairs = fields.flatMap((field) => [bytes(field.field_base64), bytes(field.value_base64)]);
    await client.hset(bytes(key_base64), ...pairs);
    if (ttl_seconds > 0) await client.expire(bytes(key_base64), ttl_seconds);
  }
  client.disconnect();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
