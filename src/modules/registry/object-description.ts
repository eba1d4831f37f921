import { type Message, toJson } from '@bufbuild/protobuf';
import { DUMMY_ENTITY_NAME } from '../../common/model/entity.js';
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
  if (spec?.entities.every((name) => name === DUMMY_ENTITY_NAME)) {
    delete (description['spec'] as PlainObject)['entities'];
  }
  return { ...description, enabled: spec?.disabled !== true, state };
}

export function toPlainObject(list: RegistryList, object: StoredObject): PlainObject {
  const json = toJson(OBJECT_KINDS[list].schema, object as Message) as PlainObject;
  delete json['project'];
  // Python's class stands in a source as a view has it, and not in the source itself.
  delete json['dataSourceClassType'];
  const spec = json['spec'] as PlainObject | undefined;
  if (spec !== undefined) delete spec['project'];
  return json;
}
