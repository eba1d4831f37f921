import { ValueProblem } from './value-problem.js';

const MICROS_PER_MS = 1000;
const MICROS_PER_MINUTE = 60_000_000;
const FRACTION_DIGITS = 6;
const MINUTES_PER_DAY = 1440;
/** What int64 nanoseconds hold, as pandas has them: the years 1677 to 2262. */
const MAX_MICROS = Number((2n ** 63n - 1n) / 1000n);

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const SHORT_MONTH = 3;

export const OFFSET = /^([+-])(\d{1,2}):?(\d\d)?$/;

/**
 * The texts of a date and time by the letters of Python's `strftime`: `Y`, `m` or `B` (a name), `d`, `H`, `M`, `S`, `f`, and
 * `z`, an offset or a name of UTC.
 */
export type DateTimeParts = Readonly<Record<string, string | undefined>>;

/**
 * Units:  microseconds since the epoch; without a zone, of UTC.
 * Errors: handed back: a date, time of day or offset that does not exist, a year outside of 1677 to 2262.
 */
export function microsOfParts(parts: DateTimeParts): number | ValueProblem {
  const date = [Number(parts['Y']), monthOf(parts), Number(parts['d'] ?? 1)] as const;
  const clock = [number(parts['H']), number(parts['M']), number(parts['S'])] as const;
  const problem = dateProblem(...date) ?? clockProblem(...clock);
  if (problem !== undefined) return new ValueProblem(problem);
  const offset = offsetMinutes(parts['z']);
  if (offset === undefined) return new ValueProblem('has an offset of a day or more');
  const [year, month, day] = date;
  const ms = Date.UTC(year, month - 1, day, ...clock);
  const micros = ms * MICROS_PER_MS + fractionMicros(parts['f']) - offset * MICROS_PER_MINUTE;
  // Years below 100 are not what `Date.UTC` takes them for.
  if (year >= 100 && Math.abs(micros) <= MAX_MICROS) return micros;
  return new ValueProblem('is outside of the years 1677 to 2262, which can be stored');
}

function number(digits: string | undefined): number {
  return Number(digits ?? 0);
}

function fractionMicros(digits = ''): number {
  return Number(digits.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0'));
}

function dateProblem(year: number, month: number, day: number): string | undefined {
  if (month < 1 || month > 12) return 'has a month that does not exist';
  return day < 1 || day > daysIn(year, month) ? 'is a day that does not exist' : undefined;
}

function clockProblem(hour: number, minute: number, second: number): string | undefined {
  const exists = hour < 24 && minute < 60 && second < 60;
  return exists ? undefined : 'is a time of day that does not exist';
}

function monthOf({ m, B }: DateTimeParts): number {
  if (B === undefined) return Number(m ?? 1);
  const name = B.toLowerCase();
  return 1 + MONTHS.findIndex((month) => month === name || month.slice(0, SHORT_MONTH) === name);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function offsetMinutes(zone: string | undefined): number | undefined {
  const match = zone === undefined ? null : OFFSET.exec(zone);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (minutes >= MINUTES_PER_DAY || Number(match[3] ?? 0) > 59) return undefined;
  return match[1] === '-' ? -minutes : minutes;
}
