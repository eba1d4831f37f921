import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { Descriptive } from './tags.js';

export interface ProjectOptions extends Descriptive {
  /** The `project` of `feature_store.yaml`. */
  readonly name: string;
}

/** The project of the repo, when more is to be said of it than `feature_store.yaml` can. */
export interface Project extends Definition {
  readonly [DEFINITION]: 'project';
  readonly options: ProjectOptions;
}

export function project(options: ProjectOptions): Project {
  return define('project', options);
}
