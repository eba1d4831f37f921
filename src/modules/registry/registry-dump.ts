import { toJson } from '@bufbuild/protobuf';
import { type InfraObject, InfraObjectSchema } from '../../generated/feast/core/InfraObject_pb.js';
import { ProjectMetadataSchema } from '../../generated/feast/core/Registry_pb.js';
import { type PlainObject, toPlainObject } from './object-description.js';
import type { ObjectPlace } from './object-lookup.js';
import { identityOf, objectsOf, type RegistryList } from './registry-object.js';

/** In Feast's dump references for validation are left out. */
const DUMPED_LISTS: readonly RegistryList[] = [
  'dataSources',
  'entities',
  'featureServices',
  'featureViews',
  'labelViews',
  'onDemandFeatureViews',
  'permissions',
  'savedDatasets',
  'streamFeatureViews',
];

/**
 * All that the registry holds of a project, as Feast dumps it.
 *
 * Shape: lists by name; a kind without an object is absent, except that `project` is its name. Keys are sorted at every
 *        depth. The body of a function is its source text, not the bytes of Python.
 */
export function dumpRegistry({ registry, project }: ObjectPlace): PlainObject {
  const dump: PlainObject = { project };
  for (const list of DUMPED_LISTS) {
    const objects = objectsOf(registry, list, project);
    if (objects.length === 0) continue;
    const byName = objects.toSorted((a, b) => (identityOf(a).name < identityOf(b).name ? -1 : 1));
    dump[list] = byName.map((object) => withSourceTexts(toPlainObject(list, object)));
  }
  const metadata = registry.projectMetadata.filter((entry) => entry.project === project);
  if (metadata.length > 0) {
    dump['projectMetadata'] = metadata.map((entry) => toJson(ProjectMetadataSchema, entry));
  }
  const infra = (registry.infra?.infraObjects ?? []).map(describeInfra);
  if (infra.length > 0)
    dump['infra'] = infra.toSorted((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1));
  return sortKeys(dump) as PlainObject;
}

/** What was made in the store, without the Python class. */
function describeInfra(object: InfraObject): PlainObject {
  const { infraObjectClassType: _, ...kinds } = toJson(InfraObjectSchema, object) as PlainObject;
  return (Object.values(kinds)[0] ?? {}) as PlainObject;
}

/** Where a function has its source text, that is its body, in the place of pickled bytes. */
function withSourceTexts(value: PlainObject): PlainObject {
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return [key, member];
    const object = withSourceTexts(member as PlainObject);
    if (key !== 'userDefinedFunction' || object['bodyText'] === undefined) return [key, object];
    return [key, { ...object, body: object['bodyText'] }];
  });
  return Object.fromEntries(entries);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
}
