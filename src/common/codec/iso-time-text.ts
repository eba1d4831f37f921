const MICROS_PER_MS = 1000;
const MICROS_PER_MINUTE = 60_000_000;
const FRACTION_DIGITS = 6;
const ZERO = 0x30;

const DASH = 0x2d;
const COLON = 0x3a;
const DOT = 0x2e;
const LETTER_T = 0x54;
const BLANK = 0x20;
const LETTER_Z = 0x5a;
const PLUS = 0x2b;

/** `2026-03-01T10:00:00` */
const SECONDS_END = 19;
const LETTER_FORMS = ['', '.%f', '%z', '.%f%z'].map((rest) => `%Y-%m-%dT%H:%M:%S${rest}`);
const BLANK_FORMS = ['', '.%f', '%z', '.%f%z'].map((rest) => `%Y-%m-%d %H:%M:%S${rest}`);
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
/** All of their days can be stored. */
const FIRST_YEAR = 1678;
const LAST_YEAR = 2261;

/**
 * The usual way to write a time, read many times faster than any other: `2026-03-01T10:00:00.123456+02:00`, with or without
 * a fraction and an offset, `Z` for that of UTC, a blank for the `T`.
 *
 * Returns: as `readDateTime`; undefined for every other text, also one that is wrong.
 */
export function readIsoTime(text: string): { readonly form: string; readonly micros: number } | undefined {
  const ms = msOfSeconds(text);
  if (ms === undefined) return undefined;
  const zoneAt = text.charCodeAt(SECONDS_END) === DOT ? fractionEnd(text) : SECONDS_END;
  const offset = offsetMinutes(text, zoneAt);
  if (offset === undefined || zoneAt === SECONDS_END + 1) return undefined;
  const fraction = zoneAt === SECONDS_END ? 0 : fractionMicros(text, zoneAt);
  return {
    form: formOf(text.charCodeAt(10) === LETTER_T, zoneAt !== SECONDS_END, zoneAt !== text.length),
    micros: ms * MICROS_PER_MS + fraction - offset * MICROS_PER_MINUTE,
  };
}

/** Constants: every text of a column has the form of the first one. */
function formOf(hasLetter: boolean, hasFraction: boolean, hasZone: boolean): string {
  const forms = hasLetter ? LETTER_FORMS : BLANK_FORMS;
  return forms[(hasFraction ? 1 : 0) + (hasZone ? 2 : 0)] as string;
}

function msOfSeconds(text: string): number | undefined {
  if (text.length < SECONDS_END || !hasSeparators(text)) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  // What is no number is in no range.
  const isClock = hour < 24 && minute < 60 && second < 60;
  if (!isClock || !isDay(year, month, day)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function hasSeparators(text: string): boolean {
  const between = text.charCodeAt(10);
  return (
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    (between === LETTER_T || between === BLANK) &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON
  );
}

function isDay(year: number, month: number, day: number): boolean {
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR && month >= 1 && month <= 12 && day >= 1)) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 && !isLeap ? 28 : (MONTH_DAYS[month - 1] as number));
}

/** NaN for anything else. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function fractionEnd(text: string): number {
  let end = SECONDS_END + 1;
  while (text.charCodeAt(end) >= ZERO && text.charCodeAt(end) < COLON) end++;
  return end;
}

function fractionMicros(text: string, end: number): number {
  const start = SECONDS_END + 1;
  return Number(text.slice(start, Math.min(end, start + FRACTION_DIGITS)).padEnd(FRACTION_DIGITS, '0'));
}

/** Of what is left of the text: nothing, `Z`, or `+02:00`. */
function offsetMinutes(text: string, at: number): number | undefined {
  const left = text.length - at;
  if (left === 0 || (left === 1 && text.charCodeAt(at) === LETTER_Z)) return 0;
  const sign = signOf(text.charCodeAt(at));
  if (left !== 6 || sign === undefined || text.charCodeAt(at + 3) !== COLON) return undefined;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  return hours < 24 && minutes < 60 ? sign * (hours * 60 + minutes) : undefined;
}

function signOf(character: number): 1 | -1 | undefined {
  if (character === PLUS) return 1;
  return character === DASH ? -1 : undefined;
}
