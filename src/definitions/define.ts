import { DEFINITION, type Definition, type DefinitionKind } from './definition.js';
import { frozenCopy } from './frozen-copy.js';

/**
 * A definition with its options as they were passed and what else its kind offers. Checks nothing: what is wrong is told
 * by `plan`, all at once, with file and export, and not by an exception while a file is imported.
 */
export function define<D extends Definition>(kind: DefinitionKind, options: unknown, members?: object): D {
  const name = textOption(options, 'name') ?? '';
  return Object.freeze({ [DEFINITION]: kind, name, options: frozenCopy(options), ...members }) as never;
}

/** An option that is a text, undefined when it is anything else. */
export function textOption(options: unknown, key: string): string | undefined {
  if (typeof options !== 'object' || options === null) return undefined;
  const value = (options as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? value : undefined;
}
