import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { StaticArtifacts } from '../static-artifacts/static-artifacts.js';
import type { PythonLog } from '../transformations/python/python-launcher.js';
import { createTransformations } from '../transformations/transformations-factory.js';
import type { Transformations } from '../transformations/transformations.js';

const ignore = (): void => undefined;
const SILENT: PythonLog = { info: ignore, warn: ignore };

/**
 * What a command computes on-demand views by: what a server would, without a word about what is not asked for. Nothing is
 * loaded, and no Python begins, for others than the views that are named.
 */
export async function commandTransformations(
  { featureStore, salver }: Pick<LoadedConfiguration, 'featureStore' | 'salver'>,
  snapshot: RegistrySnapshot,
  viewNames: Iterable<string>,
  pythonOutput: PythonLog = SILENT,
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
    pythonOutput,
    onPythonArtifacts: ignore,
    observer: () => undefined,
  });
  try {
    if (views.some(([, { feastDefinition }]) => feastDefinition !== undefined)) await transformations.begin();
    await transformations.prepare({ ...snapshot, onDemandFeatureViews: new Map(views) });
  } catch (error) {
    await transformations.close();
    throw error;
  }
  return transformations;
}
