import { statSync } from 'node:fs';
import { InvalidRequestError } from '../../../common/errors/errors.js';
import { type DefinitionProblem, DefinitionsError } from '../definition-problem.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import { findDefinitionFiles } from './definition-files.js';
import { exportedDefinitions } from './exported-definitions.js';
import { loadModules } from './load-modules.js';
import { checkLanguage, nothingExported } from './repo-language.js';

export const LOAD_LIMIT_MS = 30_000;

export interface LoadOptions {
  /** For all files together; LOAD_LIMIT_MS unless told otherwise. */
  readonly timeLimitMs?: number;
  readonly log?: LoadLog;
}

/** Takes what a person may want to know beside the definitions. */
export interface LoadLog {
  debug(text: string): void;
  warn(text: string): void;
}

/**
 * Runs the TypeScript or JavaScript of a repo and returns the definitions that it exports. For one repo, once in a
 * process: Node keeps modules that it has loaded.
 *
 * Shape: in the order of the files' paths, then of the exports' names.
 * Errors: DefinitionsError that names every problem of every file; InvalidRequestError when there is nothing to load.
 */
export async function loadDefinitions(
  repoDir: string,
  { timeLimitMs = LOAD_LIMIT_MS, log }: LoadOptions = {},
): Promise<LoadedDefinition[]> {
  if (statSync(repoDir, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InvalidRequestError(`there is no folder ${repoDir}`);
  const found = findDefinitionFiles(repoDir);
  const warning = checkLanguage(repoDir, found);
  if (warning !== undefined) log?.warn(warning);
  log?.debug(`loading ${found.definitions.join(', ')}`);
  const { modules, problems } = await loadModules(repoDir, found.definitions, timeLimitMs);
  const exported = exportedDefinitions(modules);
  const all = distinct([...problems, ...exported.problems]);
  if (all.length > 0) throw new DefinitionsError(all);
  if (exported.definitions.length === 0) throw nothingExported(found);
  return [...exported.definitions];
}

/** What fails in a shared file fails for every file that imports it. */
function distinct(problems: readonly DefinitionProblem[]): DefinitionProblem[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...byText.values()];
}
