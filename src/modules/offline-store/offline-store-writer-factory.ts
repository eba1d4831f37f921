import type { TypedOptions } from '../../common/config/feature-store.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import { deltaWriteReason, isDelta } from './delta-source.js';
import type { OfflineRowChecker, OfflineStoreWriter } from './offline-store-writer.js';
import type { ConversionOptions } from './parquet/conversion/stored-value.js';
import { isObjectUri } from './object-uri.js';
import { createObjectStore } from './object-store-factory.js';
import { ParquetOfflineStoreWriter } from './parquet/parquet-offline-store-writer.js';
import { ParquetRowChecker } from './parquet/parquet-row-checker.js';
import { readSourceSchema } from './parquet/source-schema.js';
import { LocalStorage } from './parquet/storage/local-storage.js';
import { ObjectStorage } from './parquet/storage/object-storage.js';
import type { SourceStorage } from './parquet/storage/source-storage.js';

/** `offline_store` of the configuration. */
type StoreType = Pick<TypedOptions, 'type'>;

/** Of Feast, three writers of the same files. `file` is a name of `dask`. */
const FILE_STORES: readonly string[] = ['file', 'dask', 'duckdb'];

/** Whether history lies in files, which one process writes for all others. */
export function isFileOfflineStore({ type }: StoreType): boolean {
  return FILE_STORES.includes(type);
}

/** How values become those of the offline store. */
export type OfflineWriteOptions = ConversionOptions;

/**
 * Appends to the history of sources. Nothing is opened before it is used. Relative paths begin at the repo.
 *
 * Errors: NotSupportedError for an offline store that this version cannot write.
 */
export function createOfflineStoreWriter(
  offlineStore: StoreType,
  repoDir: string,
  options: OfflineWriteOptions,
): OfflineStoreWriter {
  return new ParquetOfflineStoreWriter(storages(offlineStore, repoDir), options);
}

/** Checks rows before they are acknowledged. Errors: as `createOfflineStoreWriter`. */
export function createOfflineRowChecker(
  offlineStore: StoreType,
  repoDir: string,
  options: OfflineWriteOptions,
): OfflineRowChecker {
  return new ParquetRowChecker(storages(offlineStore, repoDir), options);
}

/**
 * Looks at start whether rows could be added to a source.
 *
 * Errors: InvalidRequestError (not there, no parquet), NotSupportedError (it cannot be kept as it is), UnavailableError
 *         (read-only).
 */
export async function checkOfflineSource(
  offlineStore: StoreType,
  repoDir: string,
  source: DataSource,
): Promise<void> {
  if (isDelta(source)) throw new NotSupportedError(deltaWriteReason(source));
  await readSourceSchema(source, storages(offlineStore, repoDir)(source));
}

function storages({ type }: StoreType, repoDir: string): (source: DataSource) => SourceStorage {
  if (!isFileOfflineStore({ type })) throw new NotSupportedError(unwritableOfflineStore(type));
  const local = new LocalStorage(repoDir);
  const remote = new Map<string | undefined, SourceStorage>();
  return ({ uri = '', s3EndpointOverride }) => {
    if (!isObjectUri(uri)) return local;
    const storage =
      remote.get(s3EndpointOverride) ?? new ObjectStorage(createObjectStore(s3EndpointOverride));
    remote.set(s3EndpointOverride, storage);
    return storage;
  };
}

/** What is said of an offline store of another kind. */
export function unwritableOfflineStore(type: string): string {
  return (
    `an offline store of the type ${type} cannot be written: this version adds rows to parquet files ` +
    '(offline_store: type: file, dask or duckdb)'
  );
}
