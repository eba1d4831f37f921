import { type CommandCall, defineCommand } from '../../command.js';
import { commandConfiguration } from '../../command-configuration.js';
import { confirm } from '../../command-confirm.js';
import { printJson } from '../../command-output.js';
import { Deadline } from '../../common/model/deadline.js';
import { inApplySession, STORE_LIMIT_MS } from './planning/apply-session.js';
import { planTeardown, runTeardown } from './planning/teardown-run.js';
import { teardownDocument, teardownLines, teardownQuestion } from './planning/teardown-text.js';

const OPTIONS = {
  yes: { type: 'boolean', short: 'y', help: 'Do not ask' },
  output: { type: 'string', choices: ['text', 'json'], help: 'For a person, or for a program (text)' },
} as const;

export const teardownCommand = defineCommand({
  description:
    "Remove what the project keeps in the online store, and the project's objects from the registry.\n" +
    'Other projects stay. It asks first; without a terminal it refuses, unless --yes is given.',
  options: OPTIONS,
  run: runTeardownCommand,
});

async function runTeardownCommand({ options, globals }: CommandCall<typeof OPTIONS>): Promise<number> {
  const configuration = commandConfiguration(globals);
  const { project } = configuration.featureStore;
  return inApplySession(configuration, { noPromote: false }, async ({ target, words }) => {
    const plan = await planTeardown(target, project, Deadline.after(STORE_LIMIT_MS));
    const question = teardownQuestion(plan, words);
    const applied = question === undefined || options.yes || (await confirm(question));
    if (applied) await runTeardown(target, plan, Deadline.after(STORE_LIMIT_MS));
    if (options.output === 'json') printJson({ ...teardownDocument(plan, words), applied });
    else if (applied) console.log(teardownLines(plan, words).join('\n'));
    return applied ? 0 : 1;
  });
}
