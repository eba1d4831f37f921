import { type CommandCall, defineCommand, type OptionValues } from '../../command.js';
import { commandConfiguration } from '../../command-configuration.js';
import { Deadline } from '../../common/model/deadline.js';
import { losses } from './planning/apply-plan.js';
import { runApply } from './planning/apply-run.js';
import { type ApplySession, inApplySession } from './planning/apply-session.js';
import { askConsent, CONSOLE } from './planning/confirmation.js';
import { planDocument } from './planning/plan-document.js';
import {
  headLines,
  PLAN_OPTIONS,
  planRepo,
  type RepoPlan,
  requireOutput,
  STORE_LIMIT_MS,
} from './planning/plan-repo.js';
import { lossLines, registryLines, storeLines } from './planning/plan-text.js';

const OPTIONS = {
  ...PLAN_OPTIONS,
  yes: { type: 'boolean', short: 'y', help: 'Drop stored rows without asking' },
  'no-promote': { type: 'boolean', help: 'Keep new versions of views beside the active ones' },
  'no-progress': { type: 'boolean', help: 'For Feast: there is no progress to hide' },
} as const;

type Options = OptionValues<typeof OPTIONS>;

export const applyCommand = defineCommand({
  description:
    'Write the definitions of the repository into the registry, and make and drop tables of the online store.\n' +
    'Before stored rows are dropped it asks; without a terminal it refuses, unless --yes is given.',
  options: OPTIONS,
  run: ({ options, globals }: CommandCall<typeof OPTIONS>) => {
    const output = requireOutput(options.output);
    const configuration = commandConfiguration(globals);
    const { project } = configuration.featureStore;
    const promotion = { noPromote: options['no-promote'] };
    return inApplySession(configuration, promotion, async (session) => {
      const planned = await planRepo(configuration, options, session.target);
      return output === 'json'
        ? applyAsJson(project, session, planned, options)
        : applyAsText(project, session, planned, options);
    });
  },
});

async function applyAsText(
  project: string,
  session: ApplySession,
  planned: RepoPlan,
  options: Options,
): Promise<number> {
  for (const warning of planned.warnings) console.error(`warning: ${warning}`);
  console.log([...headLines(project, planned.definesProject), ...registryLines(planned.plan), ''].join('\n'));
  if (!(await mayApply(session, planned, options))) return 1;
  await apply(session, planned);
  console.log(storeLines(planned.plan, session.words).join('\n'));
  return 0;
}

async function applyAsJson(
  project: string,
  session: ApplySession,
  planned: RepoPlan,
  options: Options,
): Promise<number> {
  const applied = await mayApply(session, planned, options);
  if (applied) await apply(session, planned);
  const document = planDocument(project, planned.plan, session.words, planned.warnings);
  console.log(JSON.stringify({ ...document, applied }, null, 2));
  return applied ? 0 : 1;
}

async function apply({ target }: ApplySession, { desired, plan }: RepoPlan): Promise<void> {
  await runApply(target, desired, plan, Deadline.after(STORE_LIMIT_MS));
}

async function mayApply({ words }: ApplySession, { plan }: RepoPlan, { yes }: Options): Promise<boolean> {
  const lost = words === undefined ? [] : lossLines(losses(plan), words);
  const consent = await askConsent(lost.length === 0 ? [] : ['This would be lost:', ...lost], yes, {
    question: 'Apply all the same?',
    console: CONSOLE,
  });
  if (consent === 'given') return true;
  const reason =
    consent === 'refused'
      ? 'Nothing was changed.'
      : `This would be lost:\n${lost.join('\n')}\nNothing was changed: give --yes to apply all the same.`;
  console.error(reason);
  return false;
}
