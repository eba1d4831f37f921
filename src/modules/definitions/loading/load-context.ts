import type { ModuleHooks } from './module-hooks.js';
import type { RepoSources } from './repo-sources.js';

/** What is loaded when something fails. */
export interface LoadContext {
  readonly sources: RepoSources;
  readonly hooks: ModuleHooks;
  /** URL of the definition file that is to be loaded. */
  readonly entry: string;
}
