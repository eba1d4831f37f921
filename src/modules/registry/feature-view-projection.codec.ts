import type { FeatureViewProjection } from '../../common/model/feature-view.js';
import type { FeatureView } from '../../generated/feast/core/FeatureView_pb.js';
import type { FeatureViewProjection as ProjectionMessage } from '../../generated/feast/core/FeatureViewProjection_pb.js';
import { decodeFields } from './field.codec.js';
import { decodeStringMap } from './registry-scalar.codec.js';

/** Shape: a view as a feature service or an on-demand view uses it, features in their order. */
export function decodeProjection(message: ProjectionMessage): FeatureViewProjection {
  return Object.freeze({
    viewName: message.featureViewName,
    alias: message.featureViewNameAlias,
    features: decodeFields(message.featureColumns),
    joinKeyMap: decodeStringMap(message.joinKeyMap),
    versionTag: message.versionTag,
  });
}

/** Shape: a whole view, as old registries embed it in an on-demand view, used under its own name. */
export function decodeEmbeddedView(message: FeatureView): FeatureViewProjection {
  return Object.freeze({
    viewName: message.spec?.name ?? '',
    alias: '',
    features: decodeFields(message.spec?.features ?? []),
    joinKeyMap: decodeStringMap({}),
    versionTag: undefined,
  });
}
