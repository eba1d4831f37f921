import { type Message, toJson } from '@bufbuild/protobuf';
import { FeatureViewState, type FeatureView } from '../../generated/feast/core/FeatureView_pb.js';
import { OBJECT_KINDS, type RegistryList, type StoredObject } from './registry-object.js';

export type PlainObject = Record<string, unknown>;

/**
 * A definition as Feast describes it: protobuf's JSON, without the project, which is that of the repo.
 *
 * Shape: names in camel case; what is zero or empty is left out. Fields that this version does not know are, too.
 */
export function describeObject(list: RegistryList, object: StoredObject): PlainObject {
  const description = toPlainObject(list, object);
  if (list !== 'featureViews') return description;
  const { spec, meta } = object as FeatureView;
  const state = FeatureViewState[meta?.state ?? 0] ?? String(meta?.state);
  return { ...description, enabled: spec?.disabled !== true, state };
}

export function toPlainObject(list: RegistryList, object: StoredObject): PlainObject {
  const json = toJson(OBJECT_KINDS[list].schema, object as Message) as PlainObject;
  delete json['project'];
  const spec = json['spec'] as PlainObject | undefined;
  if (spec !== undefined) delete spec['project'];
  return json;
}
