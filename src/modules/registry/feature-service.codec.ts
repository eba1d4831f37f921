import type { FeatureService } from '../../common/model/feature-service.js';
import type { FeatureServiceSpec } from '../../generated/feast/core/FeatureService_pb.js';
import { decodeProjection } from './feature-view-projection.codec.js';
import { decodeStringMap } from './registry-scalar.codec.js';

/** Shape: a feature service, its projections in the order of the registry. */
export function decodeFeatureService(spec: FeatureServiceSpec): FeatureService {
  return Object.freeze({
    name: spec.name,
    projections: Object.freeze(spec.features.map(decodeProjection)),
    precomputeOnline: spec.precomputeOnline,
    description: spec.description,
    owner: spec.owner,
    tags: decodeStringMap(spec.tags),
  });
}
