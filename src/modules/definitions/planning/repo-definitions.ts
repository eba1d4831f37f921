import type { LoadedConfiguration } from '../../../common/config/load-configuration.js';
import { DEFINITION } from '../../../definitions/definition.js';
import { DefinitionsError } from '../definition-problem.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { encodeDefinitions } from '../encoding/encode-definitions.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import { loadDefinitions, type LoadLog } from '../loading/load-definitions.js';
import { typeCheck } from '../type-check/type-check.js';

/** What a repo says, checked as far as it can be without its data. */
export interface RepoDefinitions {
  readonly desired: DesiredRegistry;
  readonly loaded: readonly LoadedDefinition[];
  /** The repo defines its project itself. */
  readonly definesProject: boolean;
}

/**
 * Runs the definitions of a repo and turns them into what the registry is to hold.
 *
 * Errors: DefinitionsError that names every problem; InvalidRequestError when there is nothing to load.
 */
export async function repoDefinitions(
  { featureStore }: LoadedConfiguration,
  checkTypes: boolean,
  log: LoadLog,
): Promise<RepoDefinitions> {
  const loaded = await loadDefinitions(featureStore.repoDir, { log });
  if (checkTypes) await requireTypes(featureStore.repoDir, log);
  const { desired, problems } = encodeDefinitions(loaded, {
    projectName: featureStore.project,
    projectDescription: featureStore.projectDescription ?? '',
    onlineVersioning: featureStore.registry.enableOnlineFeatureViewVersioning,
  });
  if (problems.length > 0) throw new DefinitionsError(problems);
  return {
    desired,
    loaded,
    definesProject: loaded.some(({ definition }) => definition[DEFINITION] === 'project'),
  };
}

async function requireTypes(repoDir: string, log: LoadLog): Promise<void> {
  const result = await typeCheck(repoDir);
  if (result.kind === 'skipped') log.warn(`types are not checked: ${result.reason}`);
  else if (result.problems.length > 0) throw new DefinitionsError(result.problems);
}
