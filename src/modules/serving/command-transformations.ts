import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { StaticArtifacts } from '../static-artifacts/static-artifacts.js';
import { createTransformations } from '../transformations/transformations-factory.js';
import type { Transformations } from '../transformations/transformations.js';

const ignore = (): void => undefined;

/**
 * What a command computes on-demand views by: what a server would, without a word about what is not asked for. Nothing is
 * loaded, and no Python begins, for others than the views that are named.
 */
// oxlint-disable-next-line max-params -- the configuration, and what is to be computed
export async function commandTransformations(
  featureStore: FeatureStoreConfig,
  salver: SalverConfig,
  snapshot: RegistrySnapshot,
  viewNames: Iterable<string>,
): Promise<Transformations> {
  const { repoDir } = featureStore;
  const { strict, loadTimeoutSeconds } = salver.artifacts;
  const asked = new Set(viewNames);
  const views = [...snapshot.onDemandFeatureViews].filter(([name]) => asked.has(name));
  const isComputed = views.length > 0;
  // The folder is looked at for the sake of on-demand views alone.
  const artifacts = isComputed
    ? (
        await StaticArtifacts.load(
          { repoDir, strict, limitMs: loadTimeoutSeconds * 1000, runsPython: true },
          SILENT,
        )
      ).artifacts
    : {};
  const transformations = createTransformations(featureStore, salver, {
    artifacts,
    info: ignore,
    warn: ignore,
    onBlocked: ignore,
    observer: () => undefined,
  });
  await transformations.prepare({ ...snapshot, onDemandFeatureViews: new Map(views) });
  return transformations;
}

const SILENT = { info: ignore, warn: ignore };
