import { parseArgs } from 'node:util';

export const USAGE = `Sends damaged, odd and broken requests to Salver over real sockets, and watches its worker.

  node test/wire-fuzz/run.ts [options]

  --requests N        how many (50000)
  --seed S            the same requests again; the clock's when it is not given
  --from I            begin with request I, as in a problem that was printed (0)
`;

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  readonly from: number;
}

/** Errors: an Error that says which option is wrong. */
export function parseOptions(args: readonly string[]): FuzzOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'string', default: '50000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      from: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    requests: wholeNumber('requests', values.requests, 1),
    seed: wholeNumber('seed', values.seed, 0),
    from: wholeNumber('from', values.from, 0),
  };
}

const LARGEST = 2 ** 31;

export function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > LARGEST)
    throw new Error(`--${name} wants a whole number from ${least}`);
  return value;
}
