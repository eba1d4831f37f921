import { expect, it } from 'vitest';
import { DuckdbOfflineStore } from './duckdb/duckdb-offline-store.js';
import { createOfflineStore } from './offline-store-factory.js';

it.each(['file', 'dask', 'duckdb'])('%s reads parquet files', async (type) => {
  const store = createOfflineStore({ type, options: {} }, '/');
  expect(store).toBeInstanceOf(DuckdbOfflineStore);
  await store.close();
});

it.each(['bigquery', 'snowflake.offline', 'my.module.Store'])('%s is refused, with what works', (type) => {
  expect(() => createOfflineStore({ type, options: {} }, '/')).toThrow(
    `an offline store of the type ${type} cannot be read: this version reads parquet files (offline_store: type: file, dask or duckdb)`,
  );
});
