import { parseArgs } from 'node:util';

import { type StoreKind, type Target, TARGETS, WRITE_TARGETS } from './targets.ts';

function names(targets: readonly Target[]): string {
  return targets.map(({ name }) => name).join(', ');
}

export const USAGE = `Sends generated reads, or writes, to the real Feast and to Salver, on copies of the same repos, and compares the answers,
and of writes what is in the online stores.

  npm run test:differential -- [options]

  --writes            /push and /write-to-online-store in place of reads
  --requests N        how many in all (5000)
  --seed S            the same requests again; the clock's when it is not given
  --store KIND        sqlite, the only one yet
  --repo NAME         only this repo: ${names(TARGETS)};
                      of writes: ${names(WRITE_TARGETS)}; may be repeated
  --from I            begin with request I of each repo, as in a difference that was printed (0)
`;

export interface DifferentialOptions {
  readonly writes: boolean;
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
      writes: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      store: { type: 'string', default: 'sqlite' },
      repo: { type: 'string', multiple: true, default: [] },
      from: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.store !== 'sqlite') throw new Error('--store is sqlite: there are no other repos to compare on');
  const targets = values.writes ? WRITE_TARGETS : TARGETS;
  const unknown = values.repo.find((name) => !targets.some((target) => target.name === name));
  if (unknown !== undefined) throw new Error(`--repo is one of ${names(targets)}`);
  return {
    writes: values.writes,
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
