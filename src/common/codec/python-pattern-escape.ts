import { type Category, isCategory } from './python-character-set.js';
import type { PatternReader } from './python-pattern-reader.js';

/** What stands behind a backslash. */
export type Escape =
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'category'; readonly category: Category }
  | { readonly kind: 'position'; readonly letter: 'A' | 'Z' | 'b' | 'B' };

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const BACKSPACE = 8;
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const LAST_CODE_POINT = 0x10ffff;
const LAST_OCTAL = 0o377;

const isOctal = (character: string): boolean => character >= '0' && character <= '7';
const isDigit = (character: string): boolean => character >= '0' && character <= '9';
const isHex = (character: string): boolean => /^[\da-fA-F]$/.test(character);

/** Reads an escape, behind its backslash. Errors: PatternRefusal. */
export function readEscape(reader: PatternReader, insideSet: boolean): Escape {
  const start = reader.position - 1;
  const letter = reader.next();
  if (letter === '') throw reader.refuse('a backslash without a character', start);
  if (isDigit(letter)) return character(readOctal(reader, letter, insideSet));
  if (letter in HEX_DIGITS) return character(readHex(reader, letter));
  const known = insideSet ? insideEscape(letter) : outsideEscape(letter);
  if (known !== undefined) return known;
  if (letter === 'N') throw reader.refuse('\\N{…}, which needs the names of all characters,', start);
  if (/^[A-Za-z]$/.test(letter)) throw reader.refuse(`bad escape \\${letter}`, start);
  return character(letter.codePointAt(0) as number);
}

function insideEscape(letter: string): Escape | undefined {
  return letter === 'b' ? character(BACKSPACE) : commonEscape(letter);
}

function outsideEscape(letter: string): Escape | undefined {
  const isPosition = letter === 'A' || letter === 'Z' || letter === 'b' || letter === 'B';
  return isPosition ? { kind: 'position', letter } : commonEscape(letter);
}

function commonEscape(letter: string): Escape | undefined {
  if (letter in CONTROLS) return character(CONTROLS[letter] as number);
  return isCategory(letter) ? { kind: 'category', category: letter } : undefined;
}

function character(code: number): Escape {
  return { kind: 'character', code };
}

/** `\0`, `\07`, `\123`; other numbers are back references, which take more than linear time. */
function readOctal(reader: PatternReader, first: string, insideSet: boolean): number {
  const start = reader.position - 2;
  const more = reader.takeWhile(isOctal, 2);
  const digits = first + more;
  if (first === '0' || (isOctal(first) && (insideSet || more.length === 2))) {
    const code = Number.parseInt(digits, 8);
    if (code > LAST_OCTAL) throw reader.refuse(`octal escape \\${digits} is above \\377`, start);
    return code;
  }
  if (insideSet) throw reader.refuse(`bad escape \\${first}`, start);
  throw reader.refuse(`back reference \\${first}`, start);
}

function readHex(reader: PatternReader, letter: string): number {
  const start = reader.position - 2;
  const digits = reader.takeWhile(isHex, HEX_DIGITS[letter]);
  const code = Number.parseInt(digits, 16);
  if (digits.length !== HEX_DIGITS[letter] || code > LAST_CODE_POINT) {
    throw reader.refuse(`bad escape \\${letter}${digits}`, start);
  }
  return code;
}
