import { InvalidRequestError } from '../../common/errors/errors.js';

/** One thing that is wrong with the definitions of a repo, and where its author finds it. */
export interface DefinitionProblem {
  /** Relative to the repo, with `:line:column` where they are known: `features.ts:12:7`. */
  readonly file: string;
  /** Name of the export; undefined when the file as a whole is at fault. */
  readonly exportName: string | undefined;
  /** Path below the definition: `schema.conv_rate`, `features[2]`; undefined when the whole of it is at fault. */
  readonly property: string | undefined;
  /** What is wrong and what to do: `there is no entity named 'drivr'; did you mean 'driver'?` */
  readonly message: string;
}

/** The definitions of a repo cannot be applied: names every problem. */
export class DefinitionsError extends InvalidRequestError {
  constructor(readonly problems: readonly DefinitionProblem[]) {
    super(problems.map(problemText).join('\n'));
  }
}

/** `features.ts: hourlyStats.schema.conv_rate: …` */
export function problemText({ file, exportName, property, message }: DefinitionProblem): string {
  const place = exportName === undefined ? property : [exportName, property].filter(Boolean).join('.');
  return [file, place, message].filter(Boolean).join(': ');
}
