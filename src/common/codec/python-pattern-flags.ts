import type { CharacterRules } from './python-character-set.js';
import type { PatternReader } from './python-pattern-reader.js';

/** What `(?…)` and `(?…:` can change. */
export interface PatternFlags extends CharacterRules {
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

export const NO_FLAGS: PatternFlags = {
  ignoreCase: false,
  asciiOnly: false,
  multiline: false,
  dotAll: false,
};

const LETTERS = 'aiLmsux';

export function isFlag(letter: string): boolean {
  return letter !== '' && LETTERS.includes(letter);
}

/**
 * Reads flags, behind `(?`.
 *
 * Shape:  `scoped` for `(?i:`, which are for the group that begins; otherwise for the whole pattern.
 * Errors: PatternRefusal.
 */
export function readFlags(
  reader: PatternReader,
  flags: PatternFlags,
): { readonly flags: PatternFlags; readonly scoped: boolean } {
  const start = reader.position - 2;
  const on = readLetters(reader);
  const off = reader.take('-') ? readLetters(reader) : undefined;
  const end = reader.next();
  const scoped = end === ':';
  if (!scoped && (end !== ')' || off !== undefined)) throw reader.refuse('a bad group of flags', start);
  if (off === '') throw reader.refuse('a - without a flag', start);
  assertFlags(on, off ?? '', reader, start);
  return { flags: changed(changed(flags, on, true), off ?? '', false), scoped };
}

function readLetters(reader: PatternReader): string {
  return reader.takeWhile((character) => /^[A-Za-z]$/.test(character));
}

// oxlint-disable-next-line max-params -- the reader and a place in it, to say where
function assertFlags(on: string, off: string, reader: PatternReader, start: number): void {
  const unknown = Array.from(on + off).find((letter) => !isFlag(letter));
  if (unknown !== undefined) throw reader.refuse(`the unknown flag ${unknown}`, start);
  if (on.includes('L')) throw reader.refuse('the flag L, which is for bytes', start);
  if (/[auL]/.test(off)) throw reader.refuse('a flag that cannot be switched off', start);
  if (on.includes('a') && on.includes('u'))
    throw reader.refuse('the flags a and u, which exclude each other', start);
  if (Array.from(on).some((letter) => off.includes(letter)))
    throw reader.refuse('a flag both on and off', start);
  if (/x/.test(on + off)) throw reader.refuse('the flag x (verbose)', start);
}

function changed(flags: PatternFlags, letters: string, value: boolean): PatternFlags {
  return {
    ignoreCase: letters.includes('i') ? value : flags.ignoreCase,
    multiline: letters.includes('m') ? value : flags.multiline,
    dotAll: letters.includes('s') ? value : flags.dotAll,
    asciiOnly: letters.includes('a') ? value : letters.includes('u') ? false : flags.asciiOnly,
  };
}
