import type { DefinitionProblem } from '../definition-problem.js';
import type { LoadedModule } from './exported-definitions.js';
import { failureProblem } from './failure-problem.js';
import type { LoadContext } from './load-context.js';
import { ModuleHooks } from './module-hooks.js';
import { RepoSources } from './repo-sources.js';
import { topLevelAwaitPosition } from './source-place.js';
import { Watchdog } from './watchdog.js';

export interface LoadedModules {
  readonly modules: readonly LoadedModule[];
  readonly problems: readonly DefinitionProblem[];
}

/**
 * Imports the files one after the other, and goes on after one that fails. `files`: relative to the repo.
 */
export async function loadModules(
  repoDir: string,
  files: readonly string[],
  timeLimitMs: number,
): Promise<LoadedModules> {
  const sources = new RepoSources(repoDir, files);
  const hooks = new ModuleHooks(sources);
  const watchdog = new Watchdog(timeLimitMs);
  const modules: LoadedModule[] = [];
  const problems: DefinitionProblem[] = [];
  try {
    for (const file of files) {
      const context: LoadContext = { sources, hooks, entry: sources.urlOf(file) };
      watchdog.watch(file);
      try {
        const ended = await watchdog.race(import(context.entry) as Promise<LoadedModule['exports']>);
        if (ended === undefined) {
          problems.push(unfinished(context, timeLimitMs));
          break;
        }
        modules.push({ file, exports: ended });
      } catch (error) {
        problems.push(failureProblem(error, context));
      }
      const stray = await watchdog.strayFailures();
      problems.push(...stray.map((error) => failureProblem(error, context)));
    }
  } finally {
    watchdog.end();
    hooks.remove();
  }
  return { modules, problems };
}

function unfinished({ sources, hooks, entry }: LoadContext, timeLimitMs: number): DefinitionProblem {
  const message = `has not been loaded within ${timeLimitMs / 1000} s: an await at the top of the file does not end`;
  for (const url of hooks.graph.reachable(entry)) {
    const position = sources.isOwn(url) ? topLevelAwaitPosition(sources.textOf(url)) : undefined;
    if (position) return sources.problem(url, position, message);
  }
  return sources.problem(entry, undefined, message);
}
