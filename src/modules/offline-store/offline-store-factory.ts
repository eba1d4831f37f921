import type { TypedOptions } from '../../common/config/feature-store.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import { DuckdbOfflineStore, type DuckdbStoreOptions } from './duckdb/duckdb-offline-store.js';
import { createObjectStore } from './object-store-factory.js';
import type { OfflineStore } from './offline-store.js';

/**
 * The store that `offline_store` names. Nothing is opened before it is used. Relative paths begin at the repo.
 *
 * Errors: NotSupportedError for a type that this version cannot read.
 */
export function createOfflineStore(
  { type }: TypedOptions,
  repoDir: string,
  options: DuckdbStoreOptions = {},
): OfflineStore {
  switch (type) {
    // Of Feast, three readers of the same files.
    case 'file':
    case 'dask':
    case 'duckdb':
      return new DuckdbOfflineStore(repoDir, { openObjectStore: createObjectStore, ...options });
    default:
      throw new NotSupportedError(
        `an offline store of the type ${type} cannot be read: this version reads parquet files ` +
          '(offline_store: type: file, dask or duckdb)',
      );
  }
}
