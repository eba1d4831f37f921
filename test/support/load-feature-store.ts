import { ConfigurationError } from '../../src/common/config/configuration-error.js';
import type { ConfigurationSources } from '../../src/common/config/configuration-sources.js';
import { locateFeatureStore } from '../../src/common/config/feature-store-location.js';
import { readFeatureStore } from '../../src/common/config/feature-store-yaml.js';
import type { FeatureStoreConfig } from '../../src/common/config/feature-store.js';

/** Finds, reads and checks `feature_store.yaml` alone. Errors: ConfigurationError that names every problem of the file. */
export function loadFeatureStore(sources: ConfigurationSources): FeatureStoreConfig {
  const { config, problems } = readFeatureStore(locateFeatureStore(sources), sources);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return config;
}
