import type { FeatureStoreConfig } from '../common/config/feature-store.js';
import { isEmbeddedOnlineStore } from '../modules/online-store/online-store-writer-factory.js';

/** Offline stores that are files, which one process appends to. */
const FILE_STORES: readonly string[] = ['dask', 'duckdb'];

/** Whether there are files that one process has to write for all others. */
export function needsWriter(featureStore: Pick<FeatureStoreConfig, 'onlineStore' | 'offlineStore'>): boolean {
  return isEmbeddedOnlineStore(featureStore) || FILE_STORES.includes(featureStore.offlineStore.type);
}
