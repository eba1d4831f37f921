import type { LoadContext } from './load-context.js';
import { importedFrom } from './source-place.js';

/** Why `name` had no value yet when the file at `url` used it. */
export function uninitializedMessage(name: string, url: string, { sources, hooks }: LoadContext): string {
  const specifier = importedFrom(sources.textOf(url), name);
  if (specifier === undefined) return `'${name}' is used above the line that defines it: move it below`;
  const target = hooks.graph.target(url, specifier);
  const way = target === undefined ? undefined : hooks.graph.path(target, url);
  const cycle = way === undefined ? '' : ` (${[url, ...way].map((one) => sources.nameOf(one)).join(' → ')})`;
  return `'${name}' of '${specifier}' has no value yet, because the files import each other${cycle}: move what both need into a file that imports neither`;
}
