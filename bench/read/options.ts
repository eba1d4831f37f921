import { type LoadOptions, loadUsage, parseLoadOptions } from '../load-options.ts';
import { type Shape, SHAPES } from './shapes.ts';

export const USAGE = `Measures online reads of Salver against the real Feast server.

  npm run bench -- read [options]

${loadUsage('as in 10x50')}`;

export type BenchOptions = LoadOptions<Shape>;

/** Errors: an Error that says which option is wrong. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  return parseLoadOptions(args, SHAPES);
}
