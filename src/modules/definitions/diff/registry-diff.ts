import type { DefinitionKind } from '../../../definitions/definition.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { fieldChanges, type FieldChange } from './field-changes.js';
import { messageValue } from './message-value.js';
import {
  isDataSource,
  OBJECT_SECTIONS,
  objectName,
  objectProject,
  type ObjectSection,
  type RegistryObject,
} from './registry-objects.js';

interface ObjectIdentity {
  readonly kind: DefinitionKind;
  readonly name: string;
}

export interface CreatedObject extends ObjectIdentity {
  readonly action: 'created';
  readonly after: RegistryObject;
}

export interface UpdatedObject extends ObjectIdentity {
  readonly action: 'updated';
  readonly before: RegistryObject;
  readonly after: RegistryObject;
  readonly changes: readonly FieldChange[];
}

/** A new version of a view was added to its history; the active one stays. */
export interface SavedVersion extends ObjectIdentity {
  readonly action: 'saved';
  readonly before: RegistryObject;
  readonly after: RegistryObject;
  readonly version: number;
  readonly changes: readonly FieldChange[];
}

export interface DeletedObject extends ObjectIdentity {
  readonly action: 'deleted';
  readonly before: RegistryObject;
}

export interface UnchangedObject extends ObjectIdentity {
  readonly action: 'unchanged';
  readonly before: RegistryObject;
  readonly after: RegistryObject;
}

export type ObjectDiff = CreatedObject | UpdatedObject | SavedVersion | DeletedObject | UnchangedObject;

/** What has to happen to the objects of one project, kind by kind in Feast's order. */
export interface RegistryDiff {
  readonly project: string;
  readonly objects: readonly ObjectDiff[];
}

/**
 * The entity under which views without entities are kept. It is registered in every project and defined by nobody, so
 * people are not told of it.
 */
export const DUMMY_ENTITY = '__dummy';

/** Changes nothing. Objects of other projects, saved datasets and validation references are not looked at. */
export function diffRegistry(desired: DesiredRegistry, registry: Registry): RegistryDiff {
  return {
    project: desired.projectName,
    objects: OBJECT_SECTIONS.flatMap((section) =>
      diffSection(section, section.desired(desired), storedOf(section, registry, desired.projectName)),
    ),
  };
}

/** Shape: what differs between two objects of one kind: their specs, without what the registry keeps about them. */
export function objectChanges(
  section: ObjectSection,
  before: RegistryObject,
  after: RegistryObject,
): readonly FieldChange[] {
  return fieldChanges(specValue(section, before), specValue(section, after));
}

/** Shape: of one project, by name; of equal names the first counts, as in every look-up. */
export function storedOf(
  section: ObjectSection,
  registry: Registry,
  project: string,
): ReadonlyMap<string, RegistryObject> {
  const objects = new Map<string, RegistryObject>();
  for (const object of section.stored(registry)) {
    const name = objectName(object);
    if (objectProject(object) === project && !objects.has(name)) objects.set(name, object);
  }
  return objects;
}

function diffSection(
  section: ObjectSection,
  desired: readonly RegistryObject[],
  stored: ReadonlyMap<string, RegistryObject>,
): readonly ObjectDiff[] {
  const wanted = new Set(desired.map(objectName));
  const created: ObjectDiff[] = [];
  const kept: ObjectDiff[] = [];
  for (const after of desired) {
    const name = objectName(after);
    const before = stored.get(name);
    if (before === undefined) created.push({ kind: section.kind, name, action: 'created', after });
    else kept.push(diffObject(section, before, after));
  }
  const deleted = [...stored]
    .filter(([name]) => !wanted.has(name))
    .map(([name, before]): ObjectDiff => ({ kind: section.kind, name, action: 'deleted', before }));
  return [...created, ...deleted, ...kept];
}

function diffObject(section: ObjectSection, before: RegistryObject, after: RegistryObject): ObjectDiff {
  const changes = objectChanges(section, before, after);
  const identity = { kind: section.kind, name: objectName(after), before, after };
  return changes.length === 0
    ? { ...identity, action: 'unchanged' }
    : { ...identity, action: 'updated', changes };
}

/** The spec of an object; of a data source all of it. */
function specValue(section: ObjectSection, object: RegistryObject): ReturnType<typeof messageValue> {
  const value = messageValue(section.schema, object);
  if (isDataSource(object)) return value;
  const spec = value.fields.get('spec');
  return spec?.kind === 'record' ? spec : { kind: 'record', typeName: '', fields: new Map() };
}
