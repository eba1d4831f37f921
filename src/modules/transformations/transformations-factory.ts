import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import type { Artifacts } from '../../definitions/artifacts.js';
import { type LocalRules, LocalTransformations } from './local-transformations.js';
import type { Transformations } from './transformations.js';
import { TypescriptFunctions } from './typescript/typescript-functions.js';

export interface TransformationParts extends LocalRules {
  readonly artifacts: Artifacts;
  readonly onBlocked: (viewName: string, milliseconds: number) => void;
}

/** What computes on-demand views, by the configuration. */
export function createTransformations(
  featureStore: FeatureStoreConfig,
  salver: SalverConfig,
  { artifacts, warn, onBlocked, observer }: TransformationParts,
): Transformations {
  const { repoDir, project, projectDescription, registry } = featureStore;
  const typescript = new TypescriptFunctions({
    repo: {
      repoDir,
      context: {
        projectName: project,
        projectDescription: projectDescription ?? '',
        onlineVersioning: registry.enableOnlineFeatureViewVersioning,
      },
    },
    artifacts,
    artifactsLimitMs: salver.artifacts.loadTimeoutSeconds * 1000,
    timeoutMs: salver.transformTimeoutMs,
    threads: salver.transformThreads,
    warn,
    onBlocked,
  });
  return new LocalTransformations(typescript, { warn, observer });
}
