import { DEFINITION, type Definition, type DefinitionKind } from '../../../definitions/definition.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import type { ProblemReport } from './problem-report.js';
import { kindOfDefinition } from './value-kind.js';

/** Kinds whose names must differ from each other: views of all kinds share theirs. */
type Namespace = 'view' | Exclude<DefinitionKind, `${string}_view`>;

/** Views and sources that differ in case alone are one to Feast. */
const CASELESS: ReadonlySet<Namespace> = new Set(['view', 'data_source']);

/** What a repo exports, by kind and name. A definition that is exported twice counts once, where it comes first. */
export class ExportedDefinitions {
  readonly all: readonly LoadedDefinition[];
  readonly #byName = new Map<string, LoadedDefinition>();

  /** Tells definitions of one name. Sources are left to the register of sources, where equal ones may meet. */
  constructor(loaded: readonly LoadedDefinition[], report: ProblemReport) {
    const seen = new Set<Definition>();
    this.all = loaded.filter(({ definition }) => !seen.has(definition) && seen.add(definition));
    for (const one of this.all) {
      const key = nameKey(one.definition);
      const other = this.#byName.get(key);
      if (other === undefined) this.#byName.set(key, one);
      else if (one.definition[DEFINITION] !== 'data_source') report.tellOf(one)('name', sameName(one, other));
    }
  }

  ofKind(kind: DefinitionKind): readonly LoadedDefinition[] {
    return this.all.filter(({ definition }) => definition[DEFINITION] === kind);
  }

  /** What is exported under the name of this definition, which may be another one. */
  namedLike(definition: Definition): LoadedDefinition | undefined {
    return this.#byName.get(nameKey(definition));
  }
}

/** `features.ts: driver` */
export function placeOf({ file, exportName }: LoadedDefinition): string {
  return `'${exportName}' in ${file}`;
}

function sameName(one: LoadedDefinition, other: LoadedDefinition): string {
  const { definition } = other;
  const caseOnly =
    definition.name !== one.definition.name ? ', and names that differ in case alone are the same' : '';
  return `is the name of ${kindOfDefinition(definition)} already (${placeOf(other)})${caseOnly}: give one of them another name`;
}

function nameKey(definition: Definition): string {
  const kind = definition[DEFINITION];
  const namespace: Namespace = isViewKind(kind) ? 'view' : kind;
  return `${namespace}:${CASELESS.has(namespace) ? definition.name.toLowerCase() : definition.name}`;
}

function isViewKind(kind: DefinitionKind): kind is Extract<DefinitionKind, `${string}_view`> {
  return kind.endsWith('_view');
}
