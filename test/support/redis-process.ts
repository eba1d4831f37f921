import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

import { freePort, LOOPBACK, ServerStartError } from './server-process.ts';

/** A Redis server of a script's own, which keeps nothing on disk. Imports nothing of `src`, so that scripts can run it. */
export interface RedisProcess {
  /** `127.0.0.1:6379` */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

const START_LIMIT_MS = 60_000;

/** `fill` puts into it what it is to hold. Errors: ServerStartError that says what to install when it is missing. */
export async function startRedis(
  fill: (client: Redis) => Promise<void> = () => Promise.resolve(),
): Promise<RedisProcess> {
  const port = await freePort();
  const settings = ['--bind', LOOPBACK, '--port', String(port), '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', settings, { stdio: 'ignore' });
  const stop = async (): Promise<void> => end(child);
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  try {
    const client = await connect(port, child);
    await fill(client);
    client.disconnect();
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `${LOOPBACK}:${port}`, stop };
}

async function connect(port: number, child: ChildProcess): Promise<Redis> {
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
  return client;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
