import { type CommandCall, defineCommand } from '../../command.js';
import { commandConfiguration } from '../../command-configuration.js';
import { Deadline } from '../../common/model/deadline.js';
import { type ApplySession, inApplySession } from './planning/apply-session.js';
import { askConsent, CONSOLE } from './planning/confirmation.js';
import { requireOutput, STORE_LIMIT_MS } from './planning/plan-repo.js';
import { planTeardown, runTeardown, type TeardownPlan } from './planning/teardown-run.js';

const OPTIONS = {
  yes: { type: 'boolean', short: 'y', help: 'Do not ask' },
  output: { type: 'string', value: 'FORMAT', help: 'text or json (text)' },
} as const;

export const teardownCommand = defineCommand({
  description:
    "Remove what the project keeps in the online store, and the project's objects from the registry.\n" +
    'Other projects stay. It asks first; without a terminal it refuses, unless --yes is given.',
  options: OPTIONS,
  run: ({ options, globals }: CommandCall<typeof OPTIONS>) => {
    const output = requireOutput(options.output);
    const configuration = commandConfiguration(globals);
    const { project } = configuration.featureStore;
    return inApplySession(configuration, { noPromote: false }, async (session) => {
      const plan = await planTeardown(session.target, project, Deadline.after(STORE_LIMIT_MS));
      const done = await mayTearDown(session, plan, options.yes);
      if (done) await runTeardown(session.target, plan, Deadline.after(STORE_LIMIT_MS));
      if (output === 'json') console.log(JSON.stringify(teardownDocument(session, plan, done), null, 2));
      else if (done) console.log(teardownLines(session, plan).join('\n'));
      return done ? 0 : 1;
    });
  },
});

async function mayTearDown({ words }: ApplySession, plan: TeardownPlan, yes: boolean): Promise<boolean> {
  const { project, objects, tables } = plan;
  const rows = tables.filter(({ exists, holdsRows }) => exists && holdsRows !== false).length;
  const lost = [
    `Project ${project} would be removed: ${objects.length} objects of the registry` +
      (words === undefined ? '' : `, and the rows of ${rows} feature views in ${words.location}`),
  ];
  const consent = await askConsent(objects.length + rows === 0 ? [] : lost, yes, {
    question: 'Remove it?',
    console: CONSOLE,
  });
  if (consent === 'nobody-to-ask') console.error(`${lost[0]}.\nNothing was changed: give --yes to remove it.`);
  if (consent === 'refused') console.error('Nothing was changed.');
  return consent === 'given';
}

function teardownLines({ words }: ApplySession, { project, objects, tables }: TeardownPlan): readonly string[] {
  if (objects.length === 0 && tables.length === 0) return [`There is no project ${project} in the registry`];
  const existing = tables.filter(({ exists }) => exists);
  return [
    ...objects.map(({ kind, name }) => `Deleted ${kind} ${name}`),
    '',
    ...(words?.tableLabel === undefined
      ? words === undefined
        ? []
        : [`Deleted rows of ${existing.length} feature views in ${words.location}`]
      : existing.map(({ view }) => `Deleted ${words.tableLabel} ${words.nameOf(view)}`)),
  ];
}

function teardownDocument({ words }: ApplySession, plan: TeardownPlan, done: boolean): Record<string, unknown> {
  return {
    project: plan.project,
    objects: plan.objects.map(({ kind, name }) => ({ action: 'deleted', kind: kind.replaceAll(' ', '_'), name })),
    tables: plan.tables
      .filter(({ exists }) => exists)
      .map(({ view }) => ({ action: 'deleted', name: words?.nameOf(view), store: words?.location, view: view.viewName })),
    applied: done,
  };
}
