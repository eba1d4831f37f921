import { isDefinition } from '../../../definitions/definition.js';
import type { DefinitionProblem } from '../definition-problem.js';
import type { LoadedDefinition } from '../loaded-definition.js';

/** What one file exports, as `import()` gives it. */
export interface LoadedModule {
  /** Relative to the repo. */
  readonly file: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

export interface ExportedDefinitions {
  readonly definitions: readonly LoadedDefinition[];
  readonly problems: readonly DefinitionProblem[];
}

/**
 * Every definition that is exported: by itself, as an element of an array, or as a member of a plain object.
 *
 * Shape: in the order of the files and, in a file, of the names of the exports (`default` among them). What is
 * exported more than once is named by its first place.
 */
export function exportedDefinitions(modules: readonly LoadedModule[]): ExportedDefinitions {
  const byDefinition = new Map<unknown, LoadedDefinition>();
  const problems: DefinitionProblem[] = [];
  for (const { file, exports } of modules) {
    for (const [name, exported] of Object.entries(exports)) {
      for (const [exportName, definition] of membersOf(name, exported)) {
        if (!isDefinition(definition)) problems.push(strayMember(file, exportName, definition));
        else if (!byDefinition.has(definition))
          byDefinition.set(definition, { definition, file, exportName });
      }
    }
  }
  return { definitions: [...byDefinition.values()], problems };
}

function membersOf(name: string, exported: unknown): readonly (readonly [string, unknown])[] {
  if (isDefinition(exported)) return [[name, exported]];
  if (Array.isArray(exported)) {
    return exported.some(isDefinition) ? exported.map((member, index) => [`${name}[${index}]`, member]) : [];
  }
  if (!isPlainObject(exported)) return [];
  const named = Object.entries(exported).filter(([, member]) => isDefinition(member));
  return named.map(([key, member]) => [`${name}.${key}`, member]);
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** In an array of definitions anything else is a slip: a call that was forgotten, or a value that is not there yet. */
function strayMember(file: string, exportName: string, value: unknown): DefinitionProblem {
  const what = value === undefined || value === null ? String(value) : `a ${typeof value}`;
  return {
    file,
    exportName,
    property: undefined,
    message: `is ${what} among definitions: every element must be a definition, made by a builder of 'salver'`,
  };
}
