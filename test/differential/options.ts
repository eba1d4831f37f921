import { parseArgs } from 'node:util';

import { type StoreKind, TARGETS } from './targets.ts';

export const USAGE = `Sends generated reads to the real Feast and to Salver, on copies of the same repos, and compares the answers.

  npm run test:differential -- [options]

  --requests N        how many in all (5000)
  --seed S            the same requests again; the clock's when it is not given
  --store KIND        sqlite, the only one yet
  --repo NAME         only this repo: ${TARGETS.map(({ name }) => name).join(', ')}; may be repeated
  --from I            begin with request I of each repo, as in a difference that was printed (0)
`;

export interface DifferentialOptions {
  readonly requests: number;
  readonly seed: number;
  readonly store: StoreKind;
  readonly repos: readonly string[];
  readonly from: number;
}

/** Errors: an Error that says which option is wrong. */
export function parseOptions(args: readonly string[]): DifferentialOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'string', default: '5000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      store: { type: 'string', default: 'sqlite' },
      repo: { type: 'string', multiple: true, default: [] },
      from: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.store !== 'sqlite') throw new Error('--store is sqlite: there are no other repos to compare on');
  const unknown = values.repo.find((name) => !TARGETS.some((target) => target.name === name));
  if (unknown !== undefined)
    throw new Error(`--repo is one of ${TARGETS.map(({ name }) => name).join(', ')}`);
  return {
    requests: wholeNumber('requests', values.requests, 1),
    seed: wholeNumber('seed', values.seed, 0),
    store: values.store,
    repos: values.repo,
    from: wholeNumber('from', values.from, 0),
  };
}

const LARGEST = 2 ** 31;

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > LARGEST)
    throw new Error(`--${name} wants a whole number from ${least}`);
  return value;
}
