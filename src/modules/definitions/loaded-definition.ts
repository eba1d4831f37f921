import type { Definition } from '../../definitions/definition.js';

/** A definition of a repo, and where its author wrote it. */
export interface LoadedDefinition {
  readonly definition: Definition;
  /** Relative to the repo. */
  readonly file: string;
  readonly exportName: string;
}
