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
