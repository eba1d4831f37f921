import type { FeatureStoreConfig } from '../common/config/feature-store.js';
import { isFileOfflineStore } from '../modules/offline-store/offline-store-writer-factory.js';
import { isEmbeddedOnlineStore } from '../modules/online-store/online-store-writer-factory.js';

/** Whether there are files that one process has to write for all others. */
export function needsWriter(featureStore: Pick<FeatureStoreConfig, 'onlineStore' | 'offlineStore'>): boolean {
  return isEmbeddedOnlineStore(featureStore) || isFileOfflineStore(featureStore.offlineStore);
}
