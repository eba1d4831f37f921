import { isDefinition } from '../../src/definitions/definition.js';
import type { LoadedDefinition } from '../../src/modules/definitions/loaded-definition.js';

/** What a module of definitions exports, as the loader would hand it over; members of lists by their number. */
export function loadedFixture(file: string, module: Readonly<Record<string, unknown>>): LoadedDefinition[] {
  return Object.entries(module).flatMap(([exportName, value]) => {
    const members = Array.isArray(value)
      ? value.map((one, at) => [`${exportName}[${at}]`, one] as const)
      : [];
    return [[exportName, value] as const, ...members].flatMap(([name, definition]) =>
      isDefinition(definition) ? [{ definition, file, exportName: name }] : [],
    );
  });
}
