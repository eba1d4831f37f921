import type { FeatureStoreConfig } from '../common/config/feature-store.js';
import { unwritableSources } from '../modules/push/offline-source-check.js';
import { decodeRegistry } from '../modules/registry/registry.codec.js';
import type { WriterContext } from './writer-duty.js';

/** Warns of sources to which pushed rows could not be added, of each once for the same reason. */
export class SourceLooks {
  private readonly told = new Set<string>();
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly featureStore: FeatureStoreConfig,
    private readonly log: WriterContext['log'],
  ) {}

  /** At the sources of a registry, after those of the one before. Never fails. */
  look(registry: Uint8Array): Promise<void> {
    this.looking = this.looking.then(() => this.lookAt(registry));
    return this.looking;
  }

  private async lookAt(registry: Uint8Array): Promise<void> {
    const { featureStore } = this;
    try {
      const snapshot = decodeRegistry(registry, featureStore.project);
      for await (const unwritable of unwritableSources(snapshot, featureStore)) {
        const key = JSON.stringify(unwritable);
        if (this.told.has(key)) continue;
        this.told.add(key);
        this.log('warn', 'offline pushes cannot be stored in this source as it is', unwritable);
      }
    } catch (error) {
      this.log('warn', 'the sources of offline pushes could not be looked at', { reason: String(error) });
    }
  }
}
