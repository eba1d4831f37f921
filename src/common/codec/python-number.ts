/** Python refuses to read longer integers. */
const MAX_INTEGER_DIGITS = 4300;

/** What Python takes for a blank around a number; in ASCII it is fewer than `str.strip` removes. */
const BLANKS = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*';
const DIGITS = '\\d+(?:_\\d+)*';
const INTEGER = new RegExp(`^${BLANKS}([+-]?${DIGITS})${BLANKS}$`);
const FLOAT = new RegExp(
  `^${BLANKS}([+-]?(?:(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?))${BLANKS}$`,
);
const SPECIAL_FLOAT = new RegExp(`^${BLANKS}([+-]?)(nan|inf(?:inity)?)${BLANKS}$`, 'i');
const OTHER_DIGIT = /(?!\d)\p{Nd}/gu;

/**
 * Python's `int(text)`: blanks around, a sign, underscores between digits and the digits of every script are allowed.
 *
 * Shape:  a number while it is safe, else a bigint; undefined when the text is no decimal integer (also for `5.0`,
 *         `0x10`, nothing at all, and more than 4300 digits).
 */
export function parsePythonInteger(text: string): number | bigint | undefined {
  const match = INTEGER.exec(withAsciiDigits(text));
  if (match === null) return undefined;
  const digits = match[1]!.replaceAll('_', '');
  const value = Number(digits);
  // Adding 0 takes the sign from -0.
  if (Number.isSafeInteger(value)) return value + 0;
  const unsigned = digits.replace(/^[+-]/, '');
  if (unsigned.length > MAX_INTEGER_DIGITS) return undefined;
  return digits.startsWith('-') ? -BigInt(unsigned) : BigInt(unsigned);
}

/**
 * Python's `float(text)`: as integers, and with `nan`, `inf` and `infinity` in any case.
 *
 * Shape:  undefined when the text is no decimal number.
 */
export function parsePythonFloat(text: string): number | undefined {
  const match = FLOAT.exec(withAsciiDigits(text));
  if (match !== null) return Number(match[1]!.replaceAll('_', ''));
  const special = SPECIAL_FLOAT.exec(text);
  if (special === null) return undefined;
  if (special[2]!.toLowerCase() === 'nan') return NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}

/** Python's `int(float)` for a finite number: cut toward zero, exact beyond 2^53. */
export function truncateToInteger(value: number): number | bigint {
  const whole = Math.trunc(value) + 0;
  return Number.isSafeInteger(whole) ? whole : BigInt(whole);
}

function withAsciiDigits(text: string): string {
  return text.replace(OTHER_DIGIT, asciiDigit);
}

/** At most one entry for each of the few hundred digits that exist. */
const asciiDigits = new Map<string, string>();

function asciiDigit(digit: string): string {
  let ascii = asciiDigits.get(digit);
  if (ascii === undefined) {
    ascii = String(digitValue(digit.codePointAt(0)!));
    asciiDigits.set(digit, ascii);
  }
  return ascii;
}

/** Digits stand in tens, from 0 to 9; some tens follow each other without a gap. */
function digitValue(codePoint: number): number {
  let first = codePoint;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first--;
  return (codePoint - first) % 10;
}
