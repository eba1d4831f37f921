import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import type { FrameLimits } from './frame.js';
import type { LayoutRules } from './view-layout.js';
import type { RowRules } from './view-rows.js';

/** What the configuration says of every write. */
export interface WriteRules {
  readonly layout: LayoutRules;
  readonly rows: Omit<RowRules, 'withSourceNames'>;
  readonly limits: FrameLimits;
  /** Where relative paths of sources begin. */
  readonly repoDir: string;
}

export function writeRules(
  { project, registry, entityKeySerializationVersion, repoDir }: FeatureStoreConfig,
  { writePolicy, integerTimestamps, limits }: SalverConfig,
): WriteRules {
  return {
    layout: {
      entityKeyVersion: entityKeySerializationVersion,
      onlineVersioning: registry.enableOnlineFeatureViewVersioning,
    },
    rows: { project, policy: writePolicy, numberTimes: integerTimestamps },
    limits,
    repoDir,
  };
}

/** The token by which they are injected. */
export const WRITE_RULES = Symbol('WriteRules');
