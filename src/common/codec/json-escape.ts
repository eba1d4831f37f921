import { CorruptDataError } from '../errors/errors.js';

/** The byte stands for itself in a JSON text. */
export const PLAIN = 0;
/** The byte begins a UTF-8 sequence, or is out of place. */
export const NON_ASCII = 1;
/** The byte is written as a backslash, `u` and four digits. */
export const LONG_ESCAPE = 2;

/**
 * How a JSON text holds each byte of a UTF-8 text: one of the marks above, else the letter after a backslash.
 *
 * Source: Python's `json.dumps(ensure_ascii=False)`: `"`, `\` and what is below 0x20, nothing else.
 */
export const ESCAPES = makeEscapes();

function makeEscapes(): Uint8Array {
  const escapes = new Uint8Array(256).fill(NON_ASCII, 0x80).fill(LONG_ESCAPE, 0, 0x20);
  for (const [character, letter] of ['\bb', '\tt', '\nn', '\ff', '\rr', '""', '\\\\']) {
    escapes[character!.charCodeAt(0)] = letter!.charCodeAt(0);
  }
  return escapes;
}

/**
 * Length in bytes of the UTF-8 sequence at `at`, whose first byte is not ASCII.
 *
 * Errors: CorruptDataError for anything that is not UTF-8 (cut off, over-long, surrogates, above U+10FFFF).
 * Source: the table of well-formed byte sequences of the Unicode standard.
 */
export function utf8SequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length === 0 || at + length > end || !isSecondByte(first, bytes[at + 1]!)) throw notUtf8();
  for (let i = 2; i < length; i++) {
    if ((bytes[at + i]! & 0xc0) !== 0x80) throw notUtf8();
  }
  return length;
}

/** The first byte narrows the second: no over-long forms, no surrogates, nothing above U+10FFFF. */
function isSecondByte(first: number, second: number): boolean {
  switch (first) {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return second >= 0x80 && second <= 0xbf;
  }
}

function notUtf8(): CorruptDataError {
  return new CorruptDataError('a stored text is not UTF-8');
}
