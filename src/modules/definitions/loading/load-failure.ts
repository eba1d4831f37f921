import type { DefinitionProblem } from '../definition-problem.js';

/** Ends the loading of a module; told where the module was to be used. */
export class LoadFailure extends Error {
  constructor(readonly problem: DefinitionProblem) {
    super(problem.message);
  }
}
