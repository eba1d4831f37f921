import { InvalidRequestError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { TableState } from '../../online-store/online-store-tables.js';
import { removeAllOf } from '../../registry/object-removal.js';
import { changeRegistry } from '../../registry/registry-change.js';
import { OBJECT_SECTIONS, objectName, objectProject } from '../diff/registry-objects.js';
import { DUMMY_ENTITY } from '../diff/registry-diff.js';
import { type ApplyTarget, readRegistry } from './apply-plan.js';
import { forgetTables } from './infra-objects.js';
import { unneeded } from './project-change.js';
import { vectorTables, viewTables } from './view-tables.js';

/** Feast's mark for projects that are kept by something else. */
const PROTECTED_TAG = 'feast.dev/protected-project';

/** What a teardown would remove. */
export interface TeardownPlan {
  readonly project: string;
  /** As Feast names them: `feature view driver_hourly_stats`. */
  readonly objects: readonly { readonly kind: string; readonly name: string }[];
  readonly tables: readonly TableState[];
}

/** Changes nothing. Errors: InvalidRequestError (a protected project), CorruptDataError, UnavailableError. */
export async function planTeardown(
  target: ApplyTarget,
  project: string,
  deadline: Deadline,
): Promise<TeardownPlan> {
  const registry = await readRegistry(target.registry, deadline);
  requireUnprotected(registry, project);
  const views = viewTables(registry, project, target.options.versioning);
  const vectors = vectorTables(registry, project);
  const objects = objectsOf(registry, project);
  removeAllOf(registry, project);
  const own =
    target.tables === undefined ? [] : unneeded(views, registry, target.options.versioning, target.tables);
  const kept = (await target.tables?.inspect(vectors, deadline)) ?? [];
  return {
    project,
    objects,
    tables: [
      ...((await target.tables?.inspect(own, deadline)) ?? []),
      // Nobody makes them before there is a vector.
      ...kept.filter(({ exists }) => exists),
    ],
  };
}

/**
 * Removes what a project keeps in the store, then what the registry holds of it: a teardown that ends in between can be
 * done again.
 *
 * Errors: InvalidRequestError (a protected project), CorruptDataError, UnavailableError.
 */
export async function runTeardown(
  target: ApplyTarget,
  { project, objects, tables }: TeardownPlan,
  deadline: Deadline,
): Promise<void> {
  const views = tables.map(({ view }) => view);
  await target.tables?.teardown(project, views, deadline);
  const names = new Set(views.flatMap((view) => target.tables?.nameOf(view) ?? []));
  if (objects.length > 0 || views.length > 0) {
    await changeRegistry(
      target.registry,
      (registry) => {
        requireUnprotected(registry, project);
        removeAllOf(registry, project);
        forgetTables(registry, names);
      },
      deadline,
    );
  }
  await target.journal.clear();
}

function requireUnprotected(registry: Registry, project: string): void {
  const found = registry.projects.find(({ spec }) => spec?.name === project);
  if (found?.spec?.tags[PROTECTED_TAG] !== 'true') return;
  throw new InvalidRequestError(
    `project ${project} is protected by its tag ${PROTECTED_TAG}: it is kept by something else and cannot be torn down`,
  );
}

function objectsOf(registry: Registry, project: string): TeardownPlan['objects'] {
  return OBJECT_SECTIONS.flatMap((section) =>
    section
      .stored(registry)
      .filter((object) => objectProject(object) === project && objectName(object) !== DUMMY_ENTITY)
      .map((object) => ({ kind: section.label, name: objectName(object) })),
  );
}
