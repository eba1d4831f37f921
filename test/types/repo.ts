/* Definitions for the tests of types, which the compiler runs: `npm run typecheck`. */
import {
  bytes,
  days,
  entity,
  featureView,
  fileSource,
  float32,
  float64,
  int64,
  json,
  list,
  map,
  pushSource,
  requestSource,
  set,
  string,
  struct,
  unixTimestamp,
} from '../../src/definitions/index.js';

export const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
export const customer = entity({ name: 'customer', type: string });

export const rows = fileSource({
  path: 'data/rows.parquet',
  timestampField: 'event_timestamp',
  createdTimestampColumn: 'created',
});
export const undated = fileSource({ path: 'data/undated.parquet', timestampField: 'at' });
export const pushed = pushSource({ name: 'pushed', batchSource: rows });

export const stats = featureView({
  name: 'stats',
  entities: [driver],
  ttl: days(7),
  schema: {
    conv_rate: float32,
    trips: int64({ description: 'Trips of a day', tags: { unit: 'count' } }),
    cities: list(string),
    last_seen: unixTimestamp,
  },
  source: pushed,
});

export const profile = featureView({
  name: 'profile',
  entities: [driver, customer],
  schema: {
    customer: string,
    photo: bytes,
    words: set(string),
    extras: map,
    document: json,
    address: struct({ street: string, number: int64 }),
  },
  source: pushSource({ name: 'profiles', batchSource: undated }),
});

export const totals = featureView({ name: 'totals', schema: { total: float64 }, source: rows });
export const request = requestSource({ name: 'request', schema: { amount: float64, note: string } });
