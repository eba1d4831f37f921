import { onTestFinished } from 'vitest';
import { Deadline } from '../../src/common/model/deadline.js';
import type { WriteBatch } from '../../src/common/model/write-batch.js';
import {
  RedisOnlineStoreWriter,
  type RedisWriterOptions,
} from '../../src/modules/online-store/redis/redis-online-store-writer.js';
import type { RedisServer } from './redis-server.js';
import { driverKey, EVENT_TIME_MICROS, int64Value } from './stored-rows.js';

/* Rows of the view `stats` of the project `peer`, mostly of driver 1001, and where Redis keeps them. */

/** A row with one feature. */
export interface TripRow {
  readonly trips: number | null;
  readonly micros: number;
  readonly driver?: number;
}

export const SECOND = 1_000_000;
export const T1 = EVENT_TIME_MICROS;
export const T2 = T1 + 1;
export const TIME_FIELD = Buffer.from('_ts:stats');
/** spec/redis-vectors.json: `stats:trips`. */
export const TRIPS_FIELD = 'eb342a65';

export const hashKey = (driver = 1001): Buffer => Buffer.concat([driverKey(driver), Buffer.from('peer')]);
export const tripsHex = (trips: number): string => Buffer.from(int64Value(trips)).toString('hex');

export function tripBatch(rows: readonly TripRow[], changes: Partial<WriteBatch> = {}): WriteBatch {
  return {
    project: 'peer',
    viewName: 'stats',
    version: 0,
    features: ['trips'],
    keys: rows.map(({ driver }) => driverKey(driver ?? 1001)),
    values: [rows.map(({ trips }) => (trips === null ? new Uint8Array() : int64Value(trips)))],
    eventTimesMicros: rows.map(({ micros }) => micros),
    createdTimesMicros: undefined,
    policy: 'newest',
    ...changes,
  };
}

export async function storedTrips(server: RedisServer, driver = 1001): Promise<string | undefined> {
  return (await server.hash(hashKey(driver)))[TRIPS_FIELD];
}

/** A writer that is closed with the test that asks for it. */
export function redisWriterOfTest(
  server: RedisServer,
  changes: Partial<RedisWriterOptions> = {},
): RedisOnlineStoreWriter {
  const writer = new RedisOnlineStoreWriter({
    connection: server.connection(),
    keyTtlSeconds: null,
    skipDedup: false,
    ...changes,
  });
  onTestFinished(() => writer.close());
  return writer;
}

export const soon = (): Deadline => Deadline.after(90_000);
