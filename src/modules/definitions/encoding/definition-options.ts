import type { Definition } from '../../../definitions/definition.js';

/** What a builder was called with; anything, as far as the compiler knows. */
export function optionsOf(definition: Definition): unknown {
  return (definition as { readonly options?: unknown }).options;
}

/** Something else that a builder noted down on a definition. */
export function noteOf(definition: Definition, key: 'joinKey' | 'sourceType' | 'viewType'): string {
  const value: unknown = (definition as unknown as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? value : '';
}
