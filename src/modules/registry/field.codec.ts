import type { Field } from '../../common/model/feature-view.js';
import type { FeatureSpecV2 } from '../../generated/feast/core/Feature_pb.js';
import { decodeStringMap, decodeValueType } from './registry-scalar.codec.js';

const NO_FIELDS: readonly Field[] = Object.freeze([]);

/** Shape: features, join-key columns or request fields, in the order of the registry. */
export function decodeFields(specs: readonly FeatureSpecV2[]): readonly Field[] {
  return specs.length === 0 ? NO_FIELDS : Object.freeze(specs.map(decodeField));
}

function decodeField(spec: FeatureSpecV2): Field {
  return Object.freeze({
    name: spec.name,
    valueType: decodeValueType(spec.valueType),
    description: spec.description,
    tags: decodeStringMap(spec.tags),
    vectorIndex: spec.vectorIndex,
    vectorSearchMetric: spec.vectorSearchMetric,
    vectorLength: spec.vectorLength,
  });
}
