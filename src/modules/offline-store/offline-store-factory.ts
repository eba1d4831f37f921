import type { TypedOptions } from '../../common/config/feature-store.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import { DuckdbOfflineStore } from './duckdb/duckdb-offline-store.js';
import type { DuckdbOptions } from './duckdb/duckdb-session.js';
import type { OfflineStore } from './offline-store.js';

/**
 * The store that `offline_store` names. Nothing is opened before it is used. Relative paths begin at the repo.
 *
 * Errors: NotSupportedError for a type that this version cannot read.
 */
export function createOfflineStore(
  { type }: TypedOptions,
  repoDir: string,
  options: DuckdbOptions = {},
): OfflineStore {
  switch (type) {
    // Of Feast, three readers of the same files.
    case 'file':
    case 'dask':
    case 'duckdb':
      return new DuckdbOfflineStore(repoDir, options);
    default:
      throw new NotSupportedError(
        `an offline store of the type ${type} cannot be read: this version reads parquet files ` +
          '(offline_store: type: file, dask or duckdb)',
      );
  }
}
