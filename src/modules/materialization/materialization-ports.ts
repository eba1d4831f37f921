import type { OfflineStore } from '../offline-store/offline-store.js';
import type { OnlineStoreWriter } from '../online-store/online-store-writer.js';
import type { RefreshedService } from '../online-store/precomputed-vectors.js';
import type { RegistrySource } from '../registry/registry-source.js';
import type { Transformer } from '../transformations/transformer.js';
import type { ViewLeases } from './view-lease.js';

/** What a job works with. */
export interface MaterializationPorts {
  readonly offlineStore: OfflineStore;
  readonly onlineStore: OnlineStoreWriter;
  readonly registry: RegistrySource;
  readonly leases: ViewLeases;
  /** What computes the registered on-demand view of that name. Errors: NotFoundError, NotSupportedError. */
  readonly transformerOf: (viewName: string) => Promise<Transformer>;
  /** Makes the vectors of feature services anew that use one of these views. */
  readonly refreshVectors: (
    viewNames: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly RefreshedService[]>;
}
