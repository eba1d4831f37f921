import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

import { freePort, lastLines, LOOPBACK } from '../test/support/server-process.ts';

export const DUMP_FILE = 'dump.rdb';
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
const POLL_MS = 50;

/** The Redis server of a run. */
export interface BenchRedis {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly version: string;
  /** Keeps what the server holds in its folder, for the next start. */
  readonly save: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a Redis server on one core, with what was saved in the folder, and waits until all of it is loaded.
 * Errors: an Error with the last lines of the server's log when it is not ready in time.
 */
export async function startBenchRedis(folder: string, core: number): Promise<BenchRedis> {
  const port = await freePort();
  const logFile = join(folder, 'redis.log');
  const settings = {
    bind: LOOPBACK,
    port,
    dir: folder,
    dbfilename: DUMP_FILE,
    logfile: logFile,
    save: '',
    // A small hash is a list that Redis walks field by field: with the 286 fields of these entities, that would be
    // most of what is measured.
    'hash-max-listpack-entries': '64',
    appendonly: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('taskset', ['-c', String(core), 'redis-server', ...args], { stdio: 'ignore' });
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  const client = new Redis({ host: LOOPBACK, port, retryStrategy: () => POLL_MS });
  // While the server starts, connections are refused.
  client.on('error', () => undefined);
  const stop = async (): Promise<void> => {
    client.disconnect();
    await end(child);
  };
  if (!(await isReady(client, child))) {
    await stop();
    throw new Error(`redis-server did not start:\n${lastLines(logFile)}`);
  }
  const version = /^redis_version:(.*)$/m.exec(await client.info('server'))?.[1]?.trim() ?? 'unknown';
  const save = async (): Promise<void> => void (await client.save());
  return { address: `${LOOPBACK}:${port}`, version, save, stop };
}

/** Whether the server answers in time: ioredis says so only when the data is loaded. */
async function isReady(client: Redis, child: ChildProcess): Promise<boolean> {
  const giveUpAt = Date.now() + START_LIMIT_MS;
  while (client.status !== 'ready') {
    if (hasEnded(child) || Date.now() > giveUpAt) return false;
    await delay(POLL_MS);
  }
  return true;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, delay(STOP_LIMIT_MS, undefined, { ref: false })]);
  child.kill('SIGKILL');
  await ended;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
