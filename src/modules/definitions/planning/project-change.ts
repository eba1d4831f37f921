import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { ViewTable } from '../../online-store/online-store-tables.js';
import { changesRegistry, type Evolution, evolveRegistry } from '../applying/evolve-registry.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { type InfraChange, noteTables } from './infra-objects.js';
import { feastTables, viewTables } from './view-tables.js';

/** How the online store keeps views. */
export interface StoreLayout {
  nameOf(view: ViewTable): string;
  /** The file of a SQLite store, as the registry notes it; undefined: the registry notes no tables. */
  readonly sqlitePath: string | undefined;
}

export interface ChangeOptions {
  readonly noPromote: boolean;
  /** Every version of a view is kept in a table of its own. */
  readonly versioning: boolean;
  /** Undefined when there is no online store. */
  readonly layout: StoreLayout | undefined;
}

export interface ProjectChange extends Evolution {
  /** Something of the registry is to be written. */
  readonly registryChanged: boolean;
  readonly movedTables: InfraChange['moved'];
  /** Tables that views need afterwards. */
  readonly wantedTables: readonly ViewTable[];
  /** Tables of before that no view needs afterwards, of no project of the registry. */
  readonly unwantedTables: readonly ViewTable[];
}

/**
 * Changes a registry in place to hold what a repo wants, and tells what the online store has to follow with.
 *
 * Errors: PinConflictError; CorruptDataError (a history that does not decode). The registry is not to be used then.
 */
export function changeProject(
  registry: Registry,
  desired: DesiredRegistry,
  { noPromote, versioning, layout }: ChangeOptions,
): ProjectChange {
  const project = desired.projectName;
  const before = layout === undefined ? [] : viewTables(registry, project, versioning);
  const evolution = evolveRegistry(registry, desired, { noPromote, nowMs: Date.now() });
  const wantedTables = layout === undefined ? [] : viewTables(registry, project, versioning);
  const infra = noteProject(registry, project, layout);
  return {
    ...evolution,
    registryChanged: changesRegistry(evolution.diff) || infra.changed,
    movedTables: infra.moved,
    wantedTables,
    unwantedTables: layout === undefined ? [] : unneeded(before, registry, versioning, layout),
  };
}

/** Two views may come to one name: project `a`, view `b_c` and project `a_b`, view `c`. */
export function unneeded(
  tables: readonly ViewTable[],
  registry: Registry,
  versioning: boolean,
  layout: Pick<StoreLayout, 'nameOf'>,
): readonly ViewTable[] {
  const needed = new Set(
    registry.projects.flatMap(({ spec }) =>
      viewTables(registry, spec?.name ?? '', versioning).map((table) => layout.nameOf(table)),
    ),
  );
  return tables.filter((table) => !needed.has(layout.nameOf(table)));
}

function noteProject(registry: Registry, project: string, layout: StoreLayout | undefined): InfraChange {
  if (layout?.sqlitePath === undefined) return { changed: false, moved: [] };
  const { sqlitePath: path } = layout;
  return noteTables(
    registry,
    feastTables(registry, project).map((table) => ({ path, name: layout.nameOf(table) })),
  );
}
