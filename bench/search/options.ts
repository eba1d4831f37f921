import { parseArgs } from 'node:util';
import { countOption } from '../bench-options.ts';

export const USAGE = `Measures searches in a SQLite store of documents with vectors of 128 numbers.

  npm run bench -- search [options]

  --documents N,N     sizes of the view (10000,100000)
  --requests N        requests of each kind, one after the other (200)
`;

export interface SearchBenchOptions {
  readonly sizes: readonly number[];
  readonly requests: number;
}

/** Errors: an Error for what is no number. */
export function parseOptions(args: readonly string[]): SearchBenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      documents: { type: 'string', default: '10000,100000' },
      requests: { type: 'string', default: '200' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const sizes = values.documents.split(',').map((size) => countOption('documents', size, 10_000_000));
  return { sizes, requests: countOption('requests', values.requests, 100_000) };
}
