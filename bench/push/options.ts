import { type LoadOptions, loadUsage, parseLoadOptions } from '../load-options.ts';
import { type Shape, SHAPES } from './shapes.ts';

export type { ServerName } from '../load-options.ts';

export const USAGE = `Measures pushes to Salver against the real Feast server; the stores are those of pushes that go online.

  npm run bench -- push [options]

${loadUsage(`of ${SHAPES.map(({ name }) => name).join(', ')}`)}`;

export type PushOptions = LoadOptions<Shape>;

/** Errors: an Error that says which option is wrong. */
export function parseOptions(args: readonly string[]): PushOptions | 'help' {
  return parseLoadOptions(args, SHAPES);
}
