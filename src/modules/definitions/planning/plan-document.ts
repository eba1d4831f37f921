import { DUMMY_ENTITY, type ObjectDiff } from '../diff/registry-diff.js';
import type { ApplyPlan } from './apply-plan.js';
import type { StoreWords } from './plan-text.js';

/** What `--output json` prints of a plan: one document. Names are stable. */
export function planDocument(
  project: string,
  plan: ApplyPlan,
  words: StoreWords | undefined,
  warnings: readonly string[],
): Readonly<Record<string, unknown>> {
  return {
    project,
    objects: plan.change.diff.objects.filter(({ name }) => name !== DUMMY_ENTITY).flatMap(objectDocument),
    tables: words === undefined ? [] : tableDocuments(plan, words),
    warnings,
  };
}

function objectDocument(object: ObjectDiff): readonly Readonly<Record<string, unknown>>[] {
  const { action, kind, name } = object;
  const identity = { action, kind, name };
  switch (object.action) {
    case 'unchanged':
      return [];
    case 'updated':
      return [{ ...identity, changes: object.changes }];
    case 'saved':
      return [{ ...identity, version: object.version, changes: object.changes }];
    case 'created':
    case 'deleted':
      return [identity];
  }
}

function tableDocuments(
  { creates, drops, change }: ApplyPlan,
  { nameOf, location }: StoreWords,
): readonly Readonly<Record<string, unknown>>[] {
  return [
    ...creates.map((view) => ({
      action: 'created',
      name: nameOf(view),
      store: location,
      view: view.viewName,
    })),
    ...drops.map(({ view, holdsRows }) => ({
      action: 'deleted',
      name: nameOf(view),
      store: location,
      view: view.viewName,
      // Null: the store cannot tell without reading everything.
      holdsRows: holdsRows ?? null,
    })),
    ...change.movedTables.map(({ name, before, after }) => ({ action: 'moved', name, before, after })),
  ];
}
