import { isDeepStrictEqual } from 'node:util';
import type { Field, OnDemandFeatureView, OnDemandSource } from '../../../common/model/feature-view.js';

/**
 * What a view of the registry has otherwise than the files of the repo; undefined when the files are what was applied.
 * Descriptions and the like do not count.
 */
export function registeredDifference(
  registered: OnDemandFeatureView,
  inFiles: OnDemandFeatureView,
): string | undefined {
  if (registered.typescriptText !== inFiles.typescriptText) return 'its function';
  if (registered.singleton !== inFiles.singleton) return 'its mode';
  if (!isDeepStrictEqual(registered.features.map(shape), inFiles.features.map(shape))) return 'its schema';
  const [one, other] = [registered, inFiles].map(
    ({ sources }) => new Map(sources.map((source) => [source.name, sourceShape(source)])),
  );
  return isDeepStrictEqual(one, other) ? undefined : 'its sources';
}

function shape({ name, valueType }: Pick<Field, 'name' | 'valueType'>): unknown {
  return [name, valueType];
}

function sourceShape(source: OnDemandSource): unknown {
  if (source.kind === 'request') {
    return source.source.requestFields.map(({ name, valueType }) => [name, valueType]);
  }
  const { viewName, alias, features, joinKeyMap, versionTag } = source.projection;
  return { viewName, alias, features: features.map(shape), joinKeyMap: [...joinKeyMap], versionTag };
}
