import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import type { Transformations } from '../transformations/transformations.js';
import type { OnlineStoreCapabilities } from '../online-store/online-store.js';
import type { PlanOptions } from './online-features.plan.js';
import type { ReadAccessRules } from './read-access.js';
import { versioningRules } from './view-finder.js';

/** What the configuration and the store say of every read. */
export function planOptions(
  { registry, entityKeySerializationVersion }: FeatureStoreConfig,
  { readSemantics, limits }: SalverConfig,
  { tellsAbsentFromNull }: OnlineStoreCapabilities,
  transformations: Transformations,
): PlanOptions {
  return {
    onlineVersioning: registry.enableOnlineFeatureViewVersioning,
    entityKeyVersion: entityKeySerializationVersion,
    readSemantics,
    tellsAbsentFromNull,
    limits,
    transformations,
  };
}

/** What they say of who may read what. */
export function readAccessRules(
  { registry }: FeatureStoreConfig,
  { readSemantics, auth }: SalverConfig,
): ReadAccessRules {
  return {
    versioning: versioningRules(registry.enableOnlineFeatureViewVersioning, readSemantics),
    checksServiceViews: auth.checkServiceViews,
    hidesUnreadable: auth.hideUnreadable,
  };
}
