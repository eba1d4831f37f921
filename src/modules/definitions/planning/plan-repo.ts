import type { LoadedConfiguration } from '../../../common/config/load-configuration.js';
import { Deadline } from '../../../common/model/deadline.js';
import { PinConflictError } from '../applying/pinned-views.js';
import { DefinitionOrigins } from '../definition-origins.js';
import { DefinitionsError } from '../definition-problem.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { type ApplyPlan, type ApplyTarget, planApply } from './apply-plan.js';
import { STORE_LIMIT_MS } from './apply-session.js';
import { repoDefinitions } from './repo-definitions.js';
import { type SourceChecks, validateSources } from './source-validation.js';

/** What is looked at besides the definitions themselves. */
export interface RepoChecks extends SourceChecks {
  readonly types: boolean;
}

/** The options of `plan` and `apply` that leave checks out. */
export interface SkippedChecks {
  readonly 'no-type-check': boolean;
  readonly 'skip-source-validation': boolean;
  readonly 'skip-feature-view-validation': boolean;
}

export function repoChecks(skipped: SkippedChecks): RepoChecks {
  return {
    types: !skipped['no-type-check'],
    sources: !skipped['skip-source-validation'],
    views: !skipped['skip-source-validation'] && !skipped['skip-feature-view-validation'],
  };
}

export interface RepoPlan {
  readonly desired: DesiredRegistry;
  readonly plan: ApplyPlan;
  readonly warnings: readonly string[];
  readonly definesProject: boolean;
}

/** Errors: DefinitionsError that names every problem; those of planning. */
export async function planRepo(
  configuration: LoadedConfiguration,
  checks: RepoChecks,
  target: ApplyTarget,
): Promise<RepoPlan> {
  // What the file says about serving is for the server to tell.
  const warnings = configuration.featureStore.warnings.map(({ path, message }) => `${path}: ${message}`);
  const log = { debug: () => undefined, warn: (text: string) => void warnings.push(text) };
  const { desired, loaded, definesProject } = await repoDefinitions(configuration, checks.types, log);
  warnings.push(...(await validateSources(configuration.featureStore, { desired, loaded }, checks)));
  const plan = await planApply(target, desired, Deadline.after(STORE_LIMIT_MS)).catch((error: unknown) => {
    throw atItsPlace(error, new DefinitionOrigins(loaded));
  });
  return { desired, plan, warnings: [...warnings, ...plan.warnings], definesProject };
}

/** What the registry says against a definition is told where its author wrote it. */
function atItsPlace(error: unknown, origins: DefinitionOrigins): unknown {
  if (!(error instanceof PinConflictError)) return error;
  const view = { kind: error.kind, name: error.viewName };
  return new DefinitionsError([origins.problem(view, 'version', error.message)]);
}

/** Shape: the first lines of an apply, as Feast prints them, and of a plan, which are not to be mistaken for it. */
export function headLines(
  command: 'plan' | 'apply',
  project: string,
  definesProject: boolean,
): readonly string[] {
  const assumed = `No project found in the repository. Using project name ${project} defined in feature_store.yaml`;
  const head =
    command === 'apply'
      ? `Applying changes for project ${project}`
      : `What apply would do for project ${project} (nothing is changed now):`;
  return [...(definesProject ? [] : [assumed]), head];
}
