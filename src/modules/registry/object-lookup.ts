import { closestName } from '../../common/config/closest-name.js';
import { NotFoundError } from '../../common/errors/errors.js';
import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import {
  findObject,
  identityOf,
  OBJECT_KINDS,
  objectsOf,
  type RegistryList,
  VIEW_LISTS,
} from './registry-object.js';

/** Where an object is looked for. */
export interface ObjectPlace {
  readonly registry: Registry;
  readonly project: string;
}

/** Errors: NotFoundError that says which name may be meant, or of which other kind the object is. */
export function requireObject<L extends RegistryList>(
  { registry, project }: ObjectPlace,
  list: L,
  name: string,
): Registry[L][number] {
  const object = findObject(registry, list, { project, name });
  if (object !== undefined) return object;
  const { noun } = OBJECT_KINDS[list];
  const place =
    list === 'projects' ? 'does not exist in the registry' : `does not exist in project ${project}`;
  const hint = otherKind({ registry, project }, name) ?? meantName({ registry, project }, list, name);
  throw new NotFoundError(`${capitalized(noun)} ${name} ${place}${hint}`);
}

/** The view of that name, of whatever kind. Errors: NotFoundError. */
export function requireView(
  { registry, project }: ObjectPlace,
  name: string,
): {
  readonly list: (typeof VIEW_LISTS)[number];
  readonly view: Registry[(typeof VIEW_LISTS)[number]][number];
} {
  for (const list of VIEW_LISTS) {
    const view = findObject(registry, list, { project, name });
    if (view !== undefined) return { list, view };
  }
  const names = VIEW_LISTS.flatMap((list) => objectsOf(registry, list, project).map(nameOf));
  throw new NotFoundError(`Feature view ${name} does not exist in project ${project}${meant(name, names)}`);
}

/** `; trips is a feature view` */
function otherKind({ registry, project }: ObjectPlace, name: string): string | undefined {
  const lists = Object.keys(OBJECT_KINDS) as RegistryList[];
  const list = lists.find(
    (candidate) => candidate !== 'projects' && findObject(registry, candidate, { project, name }),
  );
  if (list === undefined) return undefined;
  const { noun } = OBJECT_KINDS[list];
  return `; ${name} is ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

function meantName({ registry, project }: ObjectPlace, list: RegistryList, name: string): string {
  return meant(name, objectsOf(registry, list, project).map(nameOf));
}

function meant(name: string, names: readonly string[]): string {
  const closest = closestName(name, names);
  return closest === undefined ? '' : `; did you mean ${closest}?`;
}

function nameOf(object: Parameters<typeof identityOf>[0]): string {
  return identityOf(object).name;
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
