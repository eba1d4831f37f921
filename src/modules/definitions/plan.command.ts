import { type CommandCall, defineCommand } from '../../command.js';
import { commandConfiguration } from '../../command-configuration.js';
import { inApplySession } from './planning/apply-session.js';
import { isPending } from './planning/apply-plan.js';
import { headLines, PLAN_OPTIONS, planRepo, requireOutput } from './planning/plan-repo.js';
import { planDocument } from './planning/plan-document.js';
import { registryLines, storeLines } from './planning/plan-text.js';

/** `--exit-code`: there is something to do. */
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
  const output = requireOutput(options.output);
  const configuration = commandConfiguration(globals);
  return inApplySession(configuration, { noPromote: false }, async ({ target, words }) => {
    const { plan, warnings, definesProject } = await planRepo(configuration, options, target);
    const { project } = configuration.featureStore;
    if (output === 'json') {
      console.log(JSON.stringify({ ...planDocument(project, plan, words, warnings), applied: false }, null, 2));
    } else {
      for (const warning of warnings) console.error(`warning: ${warning}`);
      const lines = [...headLines(project, definesProject), ...registryLines(plan), '', ...storeLines(plan, words)];
      console.log(lines.join('\n'));
    }
    return options['exit-code'] && isPending(plan) ? PENDING : 0;
  });
}
