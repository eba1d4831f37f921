import type { TableState } from '../../online-store/online-store-tables.js';
import type { StoreWords } from './plan-text.js';
import type { TeardownPlan } from './teardown-run.js';

/** Shape: ends with a question mark; undefined when there is nothing to lose. */
export function teardownQuestion(plan: TeardownPlan, words: StoreWords | undefined): string | undefined {
  const { project, objects } = plan;
  const filled = existing(plan).filter(({ holdsRows }) => holdsRows !== false);
  if (objects.length === 0 && filled.length === 0) return undefined;
  const names = filled.map(({ view }) => view.viewName).join(', ');
  const rows =
    words === undefined || filled.length === 0
      ? ''
      : `\n  rows of feature views in ${words.location}: ${names}`;
  return `Of project ${project} would be lost:\n  ${objects.length} objects of the registry${rows}\nRemove all of it?`;
}

/** Shape: one line for each thing that is gone. */
export function teardownLines(plan: TeardownPlan, words: StoreWords | undefined): readonly string[] {
  const { project, objects } = plan;
  const tables = existing(plan);
  if (objects.length === 0 && tables.length === 0)
    return [`The registry holds nothing of project ${project}`];
  return [...objects.map(({ kind, name }) => `Deleted ${kind} ${name}`), '', ...tableLines(tables, words)];
}

/** What `--output json` prints; names as in that of a plan. */
export function teardownDocument(
  plan: TeardownPlan,
  words: StoreWords | undefined,
): Readonly<Record<string, unknown>> {
  return {
    project: plan.project,
    objects: plan.objects.map(({ kind, name }) => ({
      action: 'deleted',
      kind: kind.replaceAll(' ', '_'),
      name,
    })),
    tables: existing(plan).map(({ view, holdsRows }) => ({
      action: 'deleted',
      name: words?.nameOf(view),
      store: words?.location,
      view: view.viewName,
      holdsRows: holdsRows ?? null,
    })),
  };
}

function tableLines(tables: readonly TableState[], words: StoreWords | undefined): readonly string[] {
  if (words === undefined || tables.length === 0) return ['No changes to infrastructure'];
  const { tableLabel, location, nameOf } = words;
  return tables.map(({ view }) =>
    tableLabel === undefined
      ? `Deleted rows of feature view ${view.viewName} in ${location}`
      : `Deleted ${tableLabel} ${nameOf(view)}`,
  );
}

function existing({ tables }: TeardownPlan): readonly TableState[] {
  return tables.filter(({ exists }) => exists);
}
