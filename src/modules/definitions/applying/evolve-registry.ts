import { clone } from '@bufbuild/protobuf';
import { type Timestamp, timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { DesiredRegistry } from '../desired-registry.js';
import {
  type CreatedObject,
  type DeletedObject,
  diffRegistry,
  type ObjectDiff,
  type RegistryDiff,
  storedOf,
  type UpdatedObject,
} from '../diff/registry-diff.js';
import {
  objectName,
  objectProject,
  type RegistryObject,
  sectionOf,
  type StoredView,
} from '../diff/registry-objects.js';
import { stampTimes } from './object-meta.js';
import { resolvePins } from './pinned-views.js';
import { copySourceTimes } from './source-times.js';
import { ViewWriter } from './view-writer.js';

export interface EvolutionOptions {
  /** Keep a new version of a view beside the active one. */
  readonly noPromote: boolean;
  readonly nowMs: number;
}

export interface Evolution {
  /** What was done: with `noPromote`, a new version that was only saved has the action `saved`. */
  readonly diff: RegistryDiff;
  readonly warnings: readonly string[];
}

/**
 * Changes a registry in place to hold what a repo wants of its project, as Feast's own apply would: times, versions,
 * materialized ranges and states are kept, what belongs to other projects is not touched.
 *
 * Errors: PinConflictError; CorruptDataError (a history that does not decode). The registry is not to be used then.
 */
export function evolveRegistry(
  registry: Registry,
  wanted: DesiredRegistry,
  options: EvolutionOptions,
): Evolution {
  const { desired, pins, warnings } = resolvePins(wanted, registry);
  const diff = diffRegistry(desired, registry);
  const now = timestampFromMs(options.nowMs);
  const views = new ViewWriter(registry, desired.projectName, { now, pins, noPromote: options.noPromote });
  // A view may become one of another kind: the old one goes first, with its history.
  for (const object of diff.objects)
    if (object.action === 'deleted') remove(registry, diff.project, object, views);
  const objects = diff.objects.map((object) => write(registry, diff.project, object, { now, views }));
  return { diff: { ...diff, objects }, warnings };
}

export function changesRegistry({ objects }: RegistryDiff): boolean {
  return objects.some(({ action }) => action !== 'unchanged');
}

interface Writing {
  readonly now: Timestamp;
  readonly views: ViewWriter;
}

/** Returns what was done in the end. */
function write(registry: Registry, project: string, object: ObjectDiff, { now, views }: Writing): ObjectDiff {
  if (object.action !== 'created' && object.action !== 'updated') return object;
  const section = sectionOf(object.kind);
  const after = clone(section.schema, object.after) as RegistryObject;
  copySourceTimes(after, storedOf(sectionOf('data_source'), registry, project));
  if (section.isView) return writeView(object, after as StoredView, views);
  stampTimes(after, now, object.action === 'updated' ? object.before : undefined);
  removeFrom(section.stored(registry), project, object.name);
  section.stored(registry).push(after);
  return object;
}

function writeView(object: CreatedObject | UpdatedObject, after: StoredView, views: ViewWriter): ObjectDiff {
  if (object.action === 'updated') return views.update(object, after);
  views.create(after);
  return object;
}

function remove(registry: Registry, project: string, object: DeletedObject, views: ViewWriter): void {
  const section = sectionOf(object.kind);
  removeFrom(section.stored(registry), project, object.name);
  if (section.isView) views.forget(object.name);
}

/** Every one of that name: of equal names only the first is ever seen. */
function removeFrom(list: RegistryObject[], project: string, name: string): void {
  for (let index = list.length - 1; index >= 0; index--) {
    const object = list[index] as RegistryObject;
    if (objectName(object) === name && objectProject(object) === project) list.splice(index, 1);
  }
}
