import { type OptionValues, UsageError } from '../../../command.js';
import type { LoadedConfiguration } from '../../../common/config/load-configuration.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { type ApplyPlan, type ApplyTarget, planApply } from './apply-plan.js';
import { repoDefinitions } from './repo-definitions.js';
import { validateSources } from './source-validation.js';

/** For the registry and the tables of one command; a file that somebody else writes to is waited for as long. */
export const STORE_LIMIT_MS = 60_000;

/** What `plan` and `apply` have in common. */
export const PLAN_OPTIONS = {
  'skip-source-validation': { type: 'boolean', help: 'Do not look into the files of data sources' },
  'skip-feature-view-validation': { type: 'boolean', help: 'The same, for files behind feature views' },
  'no-type-check': { type: 'boolean', help: 'Do not run the TypeScript compiler over the definitions' },
  output: { type: 'string', value: 'FORMAT', help: 'text or json (text)' },
} as const;

export interface RepoPlan {
  readonly desired: DesiredRegistry;
  readonly plan: ApplyPlan;
  readonly warnings: readonly string[];
  readonly definesProject: boolean;
}

/** Errors: DefinitionsError that names every problem; those of planning. */
export async function planRepo(
  configuration: LoadedConfiguration,
  options: OptionValues<typeof PLAN_OPTIONS>,
  target: ApplyTarget,
): Promise<RepoPlan> {
  const warnings = configuration.warnings.map(({ path, message }) => `${path}: ${message}`);
  const log = { debug: () => undefined, warn: (text: string) => void warnings.push(text) };
  const { desired, loaded, definesProject } = await repoDefinitions(configuration, !options['no-type-check'], log);
  const skip = options['skip-source-validation'] || options['skip-feature-view-validation'];
  if (!skip) warnings.push(...(await validateSources(configuration, desired, loaded)));
  const plan = await planApply(target, desired, Deadline.after(STORE_LIMIT_MS));
  return { desired, plan, warnings: [...warnings, ...plan.warnings], definesProject };
}

/** Shape: the first lines of a plan and an apply, as Feast prints them. */
export function headLines(project: string, definesProject: boolean): readonly string[] {
  const assumed = `No project found in the repository. Using project name ${project} defined in feature_store.yaml`;
  return [...(definesProject ? [] : [assumed]), `Applying changes for project ${project}`];
}

/** Errors: UsageError. */
export function requireOutput(output: string | undefined): 'text' | 'json' {
  if (output === undefined || output === 'text' || output === 'json') return output ?? 'text';
  throw new UsageError(`--output is text or json, not '${output}'`);
}
