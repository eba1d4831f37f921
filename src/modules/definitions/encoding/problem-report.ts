import type { DefinitionProblem } from '../definition-problem.js';
import type { LoadedDefinition } from '../loaded-definition.js';

/** Says what is wrong with one definition; `property` is a path below it, undefined for the whole of it. */
export type Tell = (property: string | undefined, message: string) => void;

/** For definitions whose problems are nobody's, because they are not exported. */
export const TELL_NOBODY: Tell = () => undefined;

/** The problems of a repo, in the order of its definitions, whatever the order in which they are found. */
export class ProblemReport {
  readonly #problems: (readonly [LoadedDefinition, DefinitionProblem])[] = [];

  tellOf(loaded: LoadedDefinition): Tell {
    const { file, exportName } = loaded;
    return (property, message) => this.#problems.push([loaded, { file, exportName, property, message }]);
  }

  inOrderOf(definitions: readonly LoadedDefinition[]): readonly DefinitionProblem[] {
    const places = new Map(definitions.map((loaded, place) => [loaded, place]));
    const placeOf = (loaded: LoadedDefinition): number => places.get(loaded) ?? definitions.length;
    return this.#problems
      .toSorted(([first], [second]) => placeOf(first) - placeOf(second))
      .map(([, problem]) => problem);
  }
}

/** `schema` and `conv_rate` are `schema.conv_rate`; what is no name goes in brackets: `tags["a b"]`, `features[2]`. */
export function pathTo(parent: string, member: string | number): string {
  if (typeof member === 'number') return `${parent}[${member}]`;
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(member)) return `${parent}[${JSON.stringify(member)}]`;
  return parent === '' ? member : `${parent}.${member}`;
}
