import { DEFINITION, type DefinitionKind } from '../../definitions/definition.js';
import type { DefinitionProblem } from './definition-problem.js';
import type { LoadedDefinition } from './loaded-definition.js';

/** Where the objects of a registry were written. */
export class DefinitionOrigins {
  readonly #byName: ReadonlyMap<string, LoadedDefinition>;

  constructor(loaded: readonly LoadedDefinition[]) {
    this.#byName = new Map(
      loaded.map((one) => [keyOf(one.definition[DEFINITION], one.definition.name), one]),
    );
  }

  /** Undefined: nobody exports it under this name; a source may stand inside a view alone. */
  find(kind: DefinitionKind, name: string): LoadedDefinition | undefined {
    return this.#byName.get(keyOf(kind, name));
  }

  /** Shape: a problem at the place of an object, or one that names the object where nobody exports it. */
  problem(
    object: { readonly kind: DefinitionKind; readonly name: string },
    property: string | undefined,
    message: string,
  ): DefinitionProblem {
    const origin = this.find(object.kind, object.name);
    if (origin !== undefined) return { file: origin.file, exportName: origin.exportName, property, message };
    const label = `${object.kind.replaceAll('_', ' ')} ${object.name}`;
    return {
      file: '',
      exportName: undefined,
      property: [label, property].filter(Boolean).join(': '),
      message,
    };
  }
}

function keyOf(kind: DefinitionKind, name: string): string {
  return `${kind} ${name}`;
}
