import type { OnDemandFeatureView, OnDemandSource } from '../../common/model/feature-view.js';
import type {
  OnDemandFeatureViewMeta,
  OnDemandFeatureViewSpec,
  OnDemandSource as OnDemandSourceMessage,
} from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import { decodeDataSource } from './data-source.codec.js';
import { decodeState } from './feature-view.codec.js';
import { decodeEmbeddedView, decodeProjection } from './feature-view-projection.codec.js';
import { decodeFields } from './field.codec.js';
import { decodeStringMap } from './registry-scalar.codec.js';

/** Shape: a view that is computed when it is read, without its code, which only Python can run. */
export function decodeOnDemandFeatureView(
  spec: OnDemandFeatureViewSpec,
  meta: OnDemandFeatureViewMeta | undefined,
): OnDemandFeatureView {
  return Object.freeze({
    kind: 'on_demand_feature_view',
    name: spec.name,
    features: decodeFields(spec.features),
    entities: Object.freeze(spec.entities),
    entityColumns: decodeFields(spec.entityColumns),
    description: spec.description,
    owner: spec.owner,
    tags: decodeStringMap(spec.tags),
    disabled: spec.disabled,
    state: decodeState(meta?.state),
    currentVersionNumber: meta?.currentVersionNumber ?? 0,
    version: spec.version,
    sources: Object.freeze(
      Object.entries(spec.sources)
        .map(([name, source]) => decodeSource(name, source))
        .filter((source) => source !== undefined),
    ),
    mode: decodeMode(spec),
    writeToOnlineStore: spec.writeToOnlineStore,
    singleton: spec.singleton,
    aggregated: spec.aggregations.length > 0,
  });
}

/** Undefined for a kind of source that this version does not know. */
function decodeSource(name: string, { source }: OnDemandSourceMessage): OnDemandSource | undefined {
  switch (source.case) {
    case 'featureViewProjection':
      return Object.freeze({ kind: 'projection', name, projection: decodeProjection(source.value) });
    case 'featureView':
      return Object.freeze({ kind: 'projection', name, projection: decodeEmbeddedView(source.value) });
    case 'requestDataSource':
      return Object.freeze({ kind: 'request', name, source: decodeDataSource(source.value) });
    case undefined:
      return undefined;
  }
}

/** Old registries have no mode: it follows from the transformation, and is `pandas` where that does not say. */
function decodeMode({ mode, featureTransformation }: OnDemandFeatureViewSpec): string {
  if (mode !== '') return mode;
  const transformation = featureTransformation?.transformation;
  if (transformation?.case === 'substraitTransformation') return 'substrait';
  const functionMode = transformation?.case === 'userDefinedFunction' ? transformation.value.mode : '';
  return functionMode === '' ? 'pandas' : functionMode;
}
