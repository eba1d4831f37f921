import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import {
  identityOf,
  OBJECT_KINDS,
  type RegistryList,
  type StoredObject,
  VIEW_LISTS,
} from './registry-object.js';

/** Takes an object out of the registry; of a view its versions, too. Returns false when it is not there. */
export function removeObject(
  registry: Registry,
  list: RegistryList,
  { project, name }: { readonly project: string; readonly name: string },
): boolean {
  const objects: StoredObject[] = registry[list];
  const at = objects.findIndex((object) => {
    const identity = identityOf(object);
    return identity.name === name && identity.project === project;
  });
  if (at < 0) return false;
  objects.splice(at, 1);
  if (isViewList(list)) {
    removeVersions(registry, (record) => record.projectId === project && record.featureViewName === name);
  }
  return true;
}

/** Takes a project and everything in it out of the registry. Returns false when the registry does not know it. */
export function removeProject(registry: Registry, project: string): boolean {
  const known = registry.projects.some(({ spec }) => spec?.name === project);
  const knownOfOld = registry.projectMetadata.some((entry) => entry.project === project);
  if (!known && !knownOfOld) return false;
  removeAllOf(registry, project);
  return true;
}

/** Takes everything of a project out of the registry, whether the registry lists the project or not. */
export function removeAllOf(registry: Registry, project: string): void {
  for (const list of Object.keys(OBJECT_KINDS) as RegistryList[]) {
    const objects: StoredObject[] = registry[list];
    if (list !== 'projects') removeWhere(objects, (object) => identityOf(object).project === project);
  }
  removeVersions(registry, (record) => record.projectId === project);
  removeWhere(registry.projects, ({ spec }) => spec?.name === project);
  // Feast takes a project that stands only here for one of its own.
  removeWhere(registry.projectMetadata, (entry) => entry.project === project);
}

function isViewList(list: RegistryList): boolean {
  return (VIEW_LISTS as readonly RegistryList[]).includes(list);
}

type VersionRecord = NonNullable<Registry['featureViewVersionHistory']>['records'][number];

function removeVersions(registry: Registry, matches: (record: VersionRecord) => boolean): void {
  removeWhere(registry.featureViewVersionHistory?.records ?? [], matches);
}

/** In place: the message stays the one that was decoded, with the fields that nobody knows. */
function removeWhere<T>(items: T[], matches: (item: T) => boolean): void {
  const kept = items.filter((item) => !matches(item));
  items.splice(0, items.length, ...kept);
}
