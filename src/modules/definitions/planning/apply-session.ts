import type { LoadedConfiguration } from '../../../common/config/load-configuration.js';
import type { FeatureStoreConfig } from '../../../common/config/feature-store.js';
import type { OnlineStoreTables } from '../../online-store/online-store-tables.js';
import { createOnlineStoreTables } from '../../online-store/online-store-tables-factory.js';
import { createRegistrySource } from '../../registry/registry-source-factory.js';
import type { ApplyTarget } from './apply-plan.js';
import { DropJournal } from './drop-journal.js';
import { feastPath } from './feast-path.js';
import type { StoreWords } from './plan-text.js';

/** For the registry and the tables together, other writers that are waited for included. */
export const STORE_LIMIT_MS = 60_000;

/** The registry and the store of a configuration, as an apply or a teardown works on them. */
export interface ApplySession {
  readonly target: ApplyTarget;
  /** Undefined when there is no online store. */
  readonly words: StoreWords | undefined;
}

/** Opens what the configuration names for as long as `work` takes. Errors: those of `work`; NotSupportedError. */
export async function inApplySession<T>(
  { featureStore }: LoadedConfiguration,
  { noPromote }: { readonly noPromote: boolean },
  work: (session: ApplySession) => Promise<T>,
): Promise<T> {
  const registry = createRegistrySource(featureStore.registry);
  const tables = openTables(featureStore);
  try {
    const options = {
      noPromote,
      versioning: featureStore.registry.enableOnlineFeatureViewVersioning,
      layout: tables && { nameOf: (view) => tables.nameOf(view), sqlitePath: sqlitePath(featureStore) },
    } satisfies ApplyTarget['options'];
    const journal = new DropJournal(registry.location, featureStore.project, tables?.location ?? '');
    return await work({
      target: { registry, tables, journal, options },
      words: storeWords(featureStore, tables),
    });
  } finally {
    await tables?.close();
    await registry.close();
  }
}

function openTables(featureStore: FeatureStoreConfig): OnlineStoreTables | undefined {
  return featureStore.onlineStore.type === 'none' ? undefined : createOnlineStoreTables(featureStore);
}

function sqlitePath({ onlineStore, repoDir }: FeatureStoreConfig): string | undefined {
  return onlineStore.type === 'sqlite' ? feastPath(repoDir, onlineStore.writtenPath) : undefined;
}

function storeWords(
  { onlineStore }: FeatureStoreConfig,
  tables: OnlineStoreTables | undefined,
): StoreWords | undefined {
  if (tables === undefined) return undefined;
  return {
    location: tables.location,
    tableLabel: tables.noun && `${onlineStore.type} ${tables.noun}`,
    nameOf: (view) => tables.nameOf(view),
  };
}
