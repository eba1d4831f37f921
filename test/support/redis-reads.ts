import { expect, onTestFinished } from 'vitest';
import { Deadline } from '../../src/common/model/deadline.js';
import type { RedisConnectionOptions } from '../../src/modules/online-store/redis/redis-connection-options.js';
import {
  RedisOnlineStore,
  type RedisOnlineStoreOptions,
} from '../../src/modules/online-store/redis/redis-online-store.js';
import { RecordingSink } from './recording-sink.js';
import { RedisServer, type RedisServerOptions } from './redis-server.js';
import {
  driverKey,
  errorOf,
  EVENT_TIME_MICROS,
  int64Value,
  readLines,
  readPlan,
  type StoredRow,
} from './stored-rows.js';

/* Reads of one small view in a real Redis server, for the tests of what goes wrong. */

/** Reads the feature `trips` of the view `stats`. */
export const PLAN = readPlan('drivers', {});

/** A row whose value is its id. */
export function rowOf(id: number): StoredRow {
  const values = new Map([['trips', int64Value(id)]]);
  const entityKey = driverKey(id);
  return {
    project: 'drivers',
    viewName: 'stats',
    version: 0,
    entityKey,
    values,
    eventTimeMicros: EVENT_TIME_MICROS,
  };
}

/** What a read finds of it. */
export const linesOf = (id: number, row = 0): string[] => [
  `0/${row} 0=${Buffer.from(int64Value(id)).toString('hex')}`,
  `0/${row} @${EVENT_TIME_MICROS}`,
];

/** A server until the end of the test. */
export async function serverFor(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  onTestFinished(() => server.stop());
  return server;
}

/** A store until the end of the test. */
export function storeOf(
  connection: RedisConnectionOptions,
  tuning: Omit<RedisOnlineStoreOptions, 'connection'> = {},
): RedisOnlineStore {
  const store = new RedisOnlineStore({ connection, ...tuning });
  onTestFinished(() => store.close());
  return store;
}

export const read = (store: RedisOnlineStore, id: number): Promise<string[]> =>
  readLines(store, PLAN, [[driverKey(id)]]);

/** The error of a read, and how long it took. */
export async function failure(
  store: RedisOnlineStore,
  timeoutMs: number,
  ids: readonly number[] = [1],
): Promise<{ error: unknown; tookMs: number; sink: RecordingSink }> {
  const sink = new RecordingSink();
  const startMs = performance.now();
  const error = await errorOf(() => store.read(PLAN, [ids.map(driverKey)], sink, Deadline.after(timeoutMs)));
  return { error, tookMs: performance.now() - startMs, sink };
}

/** Waits until the store answers. */
export async function recovered(store: RedisOnlineStore, timeoutMs = 10_000): Promise<void> {
  await expect
    .poll(() => errorOf(() => store.ping(Deadline.after(1000))), { timeout: timeoutMs, interval: 10 })
    .toBeUndefined();
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
