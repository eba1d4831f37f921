import type { TableState, ViewTable } from '../../online-store/online-store-tables.js';
import type { FieldChange } from '../diff/field-changes.js';
import { DUMMY_ENTITY, type ObjectDiff } from '../diff/registry-diff.js';
import { sectionOf } from '../diff/registry-objects.js';
import { versionTag } from '../view-version.js';
import type { ApplyPlan } from './apply-plan.js';
import type { StoreLayout } from './project-change.js';

const VERBS = { created: 'Created', updated: 'Updated', deleted: 'Deleted' } as const;
const PLAIN_STEP = /^[\p{L}\p{N}_-]+$/u;

/** What a store calls what it keeps: `sqlite table`. */
export interface StoreWords {
  readonly location: string;
  readonly tableLabel: string | undefined;
  readonly nameOf: StoreLayout['nameOf'];
}

/** Shape: lines in Feast's words, each changed object with its changed fields below. */
export function registryLines({ change }: ApplyPlan): readonly string[] {
  const lines = change.diff.objects.flatMap(objectLines);
  return lines.length === 0 ? ['No changes to registry'] : lines;
}

/** Shape: lines in Feast's words. `words` is undefined when there is no online store. */
export function storeLines(plan: ApplyPlan, words: StoreWords | undefined): readonly string[] {
  const lines = words === undefined ? [] : [...tableLines(plan, words), ...movedLines(plan, words)];
  return lines.length === 0 ? ['No changes to infrastructure'] : lines;
}

/** Shape: one line for each thing that a drop would lose. */
export function lossLines(states: readonly TableState[], words: StoreWords): readonly string[] {
  return states.map(({ view, holdsRows }) => {
    const certainty = holdsRows === undefined ? 'whatever rows it has' : 'its rows';
    return `  feature view ${viewText(view)}: ${certainty}${placeText(view, words)}`;
  });
}

/** Shape: `tags.team`, `tags["a.b"]`. */
export function pathText(path: readonly string[]): string {
  return path
    .map((step, i) => (PLAIN_STEP.test(step) ? `${i === 0 ? '' : '.'}${step}` : `[${JSON.stringify(step)}]`))
    .join('');
}

function objectLines(object: ObjectDiff): readonly string[] {
  if (object.action === 'unchanged' || object.name === DUMMY_ENTITY) return [];
  const { label } = sectionOf(object.kind);
  if (object.action === 'saved') {
    const title = `Saved version ${versionTag(object.version)} of ${label} ${object.name}, not promoted`;
    return [title, ...object.changes.flatMap(changeLines)];
  }
  const title = `${VERBS[object.action]} ${label} ${object.name}`;
  return object.action === 'updated' ? [title, ...object.changes.flatMap(changeLines)] : [title];
}

function changeLines({ path, before, after, lines }: FieldChange): readonly string[] {
  const place = pathText(path);
  if (lines !== undefined) return [`\t${place}:`, ...lines.map((line) => `\t  ${line}`)];
  return [`\t${place}: ${before ?? '(none)'} -> ${after ?? '(none)'}`];
}

function tableLines({ creates, drops }: ApplyPlan, words: StoreWords): readonly string[] {
  const { tableLabel } = words;
  if (tableLabel === undefined) {
    return drops.map(({ view }) => `Deleted rows of feature view ${viewText(view)}${placeText(view, words)}`);
  }
  return [
    ...creates.map((view) => `Created ${tableLabel} ${words.nameOf(view)}`),
    ...drops.map(({ view }) => `Deleted ${tableLabel} ${words.nameOf(view)}`),
  ];
}

function movedLines({ change }: ApplyPlan, { tableLabel }: StoreWords): readonly string[] {
  return change.movedTables.flatMap(({ name, before, after }) => [
    `Updated ${tableLabel ?? 'table'} ${name}`,
    `\tpath: ${before} -> ${after}`,
  ]);
}

function viewText({ viewName, version }: ViewTable): string {
  return version === 0 ? viewName : `${viewName}, version ${versionTag(version)}`;
}

function placeText(view: ViewTable, { location, tableLabel, nameOf }: StoreWords): string {
  return tableLabel === undefined ? ` in ${location}` : ` (${tableLabel} ${nameOf(view)} in ${location})`;
}
