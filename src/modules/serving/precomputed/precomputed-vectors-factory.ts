import type { LoadedConfiguration } from '../../../common/config/load-configuration.js';
import type { PrecomputedVectors } from '../../online-store/precomputed-vectors.js';
import { versioningRules } from '../view-finder.js';
import { PrecomputedRefresh, type RefreshPorts } from './precomputed-refresh.js';

/** For who writes to the configured store. What the ports have open stays theirs. */
export function createPrecomputedVectors(
  { featureStore, salver }: Pick<LoadedConfiguration, 'featureStore' | 'salver'>,
  ports: RefreshPorts,
): PrecomputedVectors {
  const { enableOnlineFeatureViewVersioning } = featureStore.registry;
  return new PrecomputedRefresh(
    ports,
    versioningRules(enableOnlineFeatureViewVersioning, salver.readSemantics),
  );
}
