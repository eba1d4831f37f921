import { type CommandCall, defineCommand } from '../../command.js';
import { commandConfiguration } from '../../command-configuration.js';
import { confirm } from '../../command-confirm.js';
import { printJson } from '../../command-output.js';
import { Deadline } from '../../common/model/deadline.js';
import { PLAN_OPTIONS } from './plan-options.js';
import { losses } from './planning/apply-plan.js';
import { runApply } from './planning/apply-run.js';
import { type ApplySession, inApplySession, STORE_LIMIT_MS } from './planning/apply-session.js';
import { planDocument } from './planning/plan-document.js';
import { headLines, planRepo, repoChecks, type RepoPlan } from './planning/plan-repo.js';
import { lossLines, registryLines, storeLines } from './planning/plan-text.js';

const OPTIONS = {
  ...PLAN_OPTIONS,
  yes: { type: 'boolean', short: 'y', help: 'Drop stored rows without asking' },
  'no-promote': { type: 'boolean', help: 'Keep new versions of views beside the active ones' },
  'no-progress': { type: 'boolean', help: 'Taken for the sake of Feast: no progress is shown' },
} as const;

export const applyCommand = defineCommand({
  description:
    'Write the definitions of the repository into the registry, and make and drop tables of the online store.\n' +
    'Before stored rows are dropped it asks; without a terminal it refuses, unless --yes is given.',
  options: OPTIONS,
  run: ({ options, globals }: CommandCall<typeof OPTIONS>) => {
    const configuration = commandConfiguration(globals);
    const { project } = configuration.featureStore;
    return inApplySession(configuration, { noPromote: options['no-promote'] }, async (session) => {
      const planned = await planRepo(configuration, repoChecks(options), session.target);
      return options.output === 'json'
        ? applyAsJson(project, session, planned, options.yes)
        : applyAsText(project, session, planned, options.yes);
    });
  },
});

async function applyAsText(
  project: string,
  session: ApplySession,
  planned: RepoPlan,
  yes: boolean,
): Promise<number> {
  const { plan, warnings, definesProject } = planned;
  for (const warning of warnings) console.error(`warning: ${warning}`);
  console.log([...headLines('apply', project, definesProject), ...registryLines(plan), ''].join('\n'));
  if (!(await applyConfirmed(session, planned, yes))) return 1;
  console.log(storeLines(plan, session.words).join('\n'));
  return 0;
}

async function applyAsJson(
  project: string,
  session: ApplySession,
  planned: RepoPlan,
  yes: boolean,
): Promise<number> {
  const applied = await applyConfirmed(session, planned, yes);
  printJson({ ...planDocument(project, planned.plan, session.words, planned.warnings), applied });
  return applied ? 0 : 1;
}

/** Answers whether it was done. */
async function applyConfirmed(
  { target, words }: ApplySession,
  { desired, plan }: RepoPlan,
  yes: boolean,
): Promise<boolean> {
  const lost = words === undefined ? [] : lossLines(losses(plan), words);
  const question = `This would be lost:\n${lost.join('\n')}\nApply all the same?`;
  if (lost.length > 0 && !yes && !(await confirm(question))) return false;
  await runApply(target, desired, plan, Deadline.after(STORE_LIMIT_MS));
  return true;
}
