import { closestName } from '../../../common/config/closest-name.js';
import type { ErrorPlace } from './error-place.js';
import { exportedNames } from './exported-names.js';
import type { LoadContext } from './load-context.js';

const MISSING = /^The requested module '(.*)' does not provide an export named '(.*)'$/;
const MISSING_IN_COMMONJS =
  /^Named export '(.*)' not found\. The requested module '(.*)' is a CommonJS module/;

/** Why a name cannot be imported; undefined when the parser's message is about something else. */
export function missingExportMessage(
  message: string,
  place: ErrorPlace,
  { sources, hooks }: LoadContext,
): string | undefined {
  const [, commonName, commonModule] = MISSING_IN_COMMONJS.exec(message) ?? [];
  if (commonName !== undefined) {
    return `'${commonModule}' is CommonJS and has no export '${commonName}': write import all from '${commonModule}' and all.${commonName}`;
  }
  const [, specifier, name] = MISSING.exec(message) ?? [];
  if (specifier === undefined || name === undefined) return undefined;
  const target = hooks.graph.target(place.url, specifier);
  return explain(
    name,
    specifier,
    target === undefined ? '' : sourceWithTypes(target, (url) => sources.textOf(url)),
  );
}

/** Types of what was compiled are told in a file beside it. */
function sourceWithTypes(url: string, textOf: (url: string) => string): string {
  return url.endsWith('.js') ? `${textOf(url)}\n${textOf(url.replace(/\.js$/, '.d.ts'))}` : textOf(url);
}

function explain(name: string, specifier: string, source: string): string {
  const { values, types } = exportedNames(source);
  if (types.has(name))
    return `'${name}' of '${specifier}' is a type, of which nothing is left when the file runs: write import { type ${name} }`;
  if (name === 'default')
    return `'${specifier}' has no default export: write import { … } from '${specifier}'`;
  const near = closestName(name, values);
  if (near !== undefined) return `'${specifier}' exports no '${name}'; did you mean '${near}'?`;
  return `'${specifier}' exports no value '${name}'; if it is a type, write import { type ${name} }`;
}
