import { UsageError } from './command.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const FEAST_NAMES: ReadonlyMap<string, string> = new Map([
  ['warning', 'warn'],
  ['critical', 'fatal'],
]);

/** The level that a name means, in any case of letters; Feast's names are taken too. Errors: UsageError. */
export function logLevelOf(name: string): string {
  const lower = name.toLowerCase();
  const level = FEAST_NAMES.get(lower) ?? lower;
  if (LEVELS.includes(level)) return level;
  throw new UsageError(`--log-level: '${name}' is none of ${LEVELS.join(', ')}`);
}
