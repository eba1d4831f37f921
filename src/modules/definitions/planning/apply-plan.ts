import type { Deadline } from '../../../common/model/deadline.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { OnlineStoreTables, TableState, ViewTable } from '../../online-store/online-store-tables.js';
import { RegistryDocument } from '../../registry/registry-document.js';
import type { RegistrySource } from '../../registry/registry-source.js';
import type { DesiredRegistry } from '../desired-registry.js';
import type { DropJournal } from './drop-journal.js';
import { changeProject, type ChangeOptions, type ProjectChange, unneeded } from './project-change.js';
import { storedTypeWarnings } from './stored-type-warnings.js';

/** What an apply works on. */
export interface ApplyTarget {
  readonly registry: RegistrySource;
  /** Undefined when there is no online store. */
  readonly tables: OnlineStoreTables | undefined;
  readonly journal: DropJournal;
  readonly options: ChangeOptions;
}

/** What an apply would do. */
export interface ApplyPlan {
  readonly change: ProjectChange;
  readonly creates: readonly ViewTable[];
  readonly drops: readonly TableState[];
  readonly warnings: readonly string[];
}

/** Changes nothing. Errors: PinConflictError, CorruptDataError, UnavailableError. */
export async function planApply(
  target: ApplyTarget,
  desired: DesiredRegistry,
  deadline: Deadline,
): Promise<ApplyPlan> {
  const { tables, journal, options } = target;
  const registry = await readRegistry(target.registry, deadline);
  const change = changeProject(registry, desired, options);
  if (tables === undefined) return { change, creates: [], drops: [], warnings: change.warnings };
  const leftOver = unneeded(await journal.read(), registry, options.versioning, tables);
  const unwanted = distinct([...change.unwantedTables, ...leftOver], tables);
  const wanted = await tables.inspect(change.wantedTables, deadline);
  const drops = await tables.inspect(unwanted, deadline);
  return {
    change,
    creates: tables.noun === undefined ? [] : wanted.filter(({ exists }) => !exists).map(({ view }) => view),
    drops: drops.filter(({ exists }) => exists),
    warnings: [...change.warnings, ...storedTypeWarnings(change.diff, wanted)],
  };
}

/** There is something to be done. */
export function isPending({ change, creates, drops }: ApplyPlan): boolean {
  return change.registryChanged || creates.length > 0 || drops.length > 0;
}

/** What would be lost, as far as anybody can tell. */
export function losses({ drops }: ApplyPlan): readonly TableState[] {
  return drops.filter(({ holdsRows }) => holdsRows !== false);
}

/** Shape: a message of its own, to be changed. Errors: CorruptDataError, UnavailableError. */
export async function readRegistry(source: RegistrySource, deadline: Deadline): Promise<Registry> {
  const read = await source.read(undefined, deadline);
  const document = read.kind === 'found' ? RegistryDocument.decode(read.bytes) : RegistryDocument.empty();
  return document.registry;
}

function distinct(views: readonly ViewTable[], tables: OnlineStoreTables): readonly ViewTable[] {
  return [...new Map(views.map((view) => [tables.nameOf(view), view])).values()];
}
