import type { SavedDataset, ValidationReference } from '../../common/model/registry-snapshot.js';
import type { SavedDatasetSpec } from '../../generated/feast/core/SavedDataset_pb.js';
import type { ValidationReference as ReferenceMessage } from '../../generated/feast/core/ValidationProfile_pb.js';
import { decodeStringMap } from './registry-scalar.codec.js';

/** Shape: a training set that was kept, without where it is stored. */
export function decodeSavedDataset(spec: SavedDatasetSpec): SavedDataset {
  return Object.freeze({
    name: spec.name,
    features: Object.freeze(spec.features),
    joinKeys: Object.freeze(spec.joinKeys),
    fullFeatureNames: spec.fullFeatureNames,
    featureServiceName: spec.featureServiceName,
    tags: decodeStringMap(spec.tags),
  });
}

/** Shape: what data sets are validated against, without its profile, which only Python can run. */
export function decodeValidationReference(message: ReferenceMessage): ValidationReference {
  return Object.freeze({
    name: message.name,
    referenceDatasetName: message.referenceDatasetName,
    description: message.description,
    tags: decodeStringMap(message.tags),
  });
}
