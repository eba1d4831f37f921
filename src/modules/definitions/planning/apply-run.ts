import { ConflictError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { OnlineStoreTables, ViewTable } from '../../online-store/online-store-tables.js';
import { changeRegistry } from '../../registry/registry-change.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { type ApplyPlan, type ApplyTarget, readRegistry } from './apply-plan.js';
import { changeProject, type ProjectChange, unneeded } from './project-change.js';

/**
 * Does what was planned: tables are made, the registry is changed, tables are dropped, in this order. Wherever it ends
 * too early, the next apply goes on from there.
 *
 * Errors: ConflictError (the registry was changed meanwhile so that more would be lost than was planned);
 *         PinConflictError, CorruptDataError, UnavailableError.
 */
export async function runApply(
  target: ApplyTarget,
  desired: DesiredRegistry,
  plan: ApplyPlan,
  deadline: Deadline,
): Promise<void> {
  const { tables, journal } = target;
  const drops = plan.drops.map(({ view }) => view);
  await tables?.create(plan.change.wantedTables, deadline);
  if (drops.length > 0) await journal.write(drops);
  if (plan.change.registryChanged) {
    const change = await changeStored(target, desired, plan, deadline);
    await tables?.create(change.wantedTables, deadline);
  }
  if (tables !== undefined && drops.length > 0) await drop(target, tables, drops, deadline);
  await journal.clear();
}

/** What is stored by now may not be what was planned upon: it is compared once more. */
async function changeStored(
  { registry, tables, options }: ApplyTarget,
  desired: DesiredRegistry,
  plan: ApplyPlan,
  deadline: Deadline,
): Promise<ProjectChange> {
  const planned = new Set(plan.change.unwantedTables.map(({ viewName }) => viewName));
  let change = plan.change;
  await changeRegistry(
    registry,
    (stored) => {
      change = changeProject(stored, desired, options);
      const more = change.unwantedTables.filter(({ viewName }) => !planned.has(viewName));
      if (tables !== undefined && more.length > 0) throw unplannedLoss(more);
    },
    deadline,
  );
  return change;
}

function unplannedLoss(views: readonly ViewTable[]): ConflictError {
  const names = [...new Set(views.map(({ viewName }) => viewName))].join(', ');
  return new ConflictError(
    `The registry was changed by somebody else in the meantime: ${names} would be removed as well. ` +
      'The registry is as it was; look at the plan again',
  );
}

/** Only what no view of the registry needs at this moment: another apply may have brought one back. */
async function drop(
  { registry, options }: ApplyTarget,
  tables: OnlineStoreTables,
  drops: readonly ViewTable[],
  deadline: Deadline,
): Promise<void> {
  const stored = await readRegistry(registry, deadline);
  await tables.drop(unneeded(drops, stored, options.versioning, tables), deadline);
}
