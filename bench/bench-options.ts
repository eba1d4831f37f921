import { parseArgs } from 'node:util';

import type { StoreName } from './bench-folder.ts';

const STORES: Readonly<Record<string, readonly StoreName[]>> = {
  sqlite: ['sqlite'],
  redis: ['redis'],
  both: ['sqlite', 'redis'],
};

/** `--store`. Errors: an Error that lists the names. */
export function storesOption(name: string): readonly StoreName[] {
  const stores = Object.hasOwn(STORES, name) ? STORES[name] : undefined;
  if (stores === undefined) throw new Error(`--store is one of ${Object.keys(STORES).join(', ')}`);
  return stores;
}

/** An option that is a whole number. Errors: an Error that names it. */
export function countOption(name: string, text: string, most = 600): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`--${name} wants a number from 1 to ${most}`);
  return value;
}

export interface RoundOptions {
  readonly seconds: number;
  readonly rounds: number;
}

/** `--seconds` and `--rounds` of a benchmark that has no other options. Errors: an Error that says what is wrong. */
export function parseRoundOptions(args: readonly string[], defaults: RoundOptions): RoundOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: String(defaults.seconds) },
      rounds: { type: 'string', default: String(defaults.rounds) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    seconds: countOption('seconds', values.seconds),
    rounds: countOption('rounds', values.rounds),
  };
}
