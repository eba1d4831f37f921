import { type CommandCall, defineCommand } from '../../command.js';
import { commandConfiguration } from '../../command-configuration.js';
import { printJson } from '../../command-output.js';
import { PLAN_OPTIONS } from './plan-options.js';
import { isPending } from './planning/apply-plan.js';
import { inApplySession } from './planning/apply-session.js';
import { planDocument } from './planning/plan-document.js';
import { headLines, planRepo, repoChecks } from './planning/plan-repo.js';
import { registryLines, storeLines } from './planning/plan-text.js';

/** `--exit-code`: there is something to do. 1 and 2 say that the command failed. */
const PENDING = 3;

const OPTIONS = {
  ...PLAN_OPTIONS,
  'exit-code': { type: 'boolean', help: `End with ${PENDING} when apply would change anything` },
} as const;

export const planCommand = defineCommand({
  description:
    'Show what apply would change in the registry and in the online store, field by field. Changes nothing.',
  options: OPTIONS,
  run: runPlan,
});

async function runPlan({ options, globals }: CommandCall<typeof OPTIONS>): Promise<number> {
  const configuration = commandConfiguration(globals);
  const { project } = configuration.featureStore;
  return inApplySession(configuration, { noPromote: false }, async ({ target, words }) => {
    const planned = await planRepo(configuration, repoChecks(options), target);
    const { plan, warnings } = planned;
    if (options.output === 'json') {
      printJson({ ...planDocument(project, plan, words, warnings), applied: false });
    } else {
      for (const warning of warnings) console.error(`warning: ${warning}`);
      const head = headLines('plan', project, planned.definesProject);
      console.log([...head, ...registryLines(plan), '', ...storeLines(plan, words)].join('\n'));
    }
    return options['exit-code'] && isPending(plan) ? PENDING : 0;
  });
}
