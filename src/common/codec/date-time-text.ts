import { ValueProblem } from './value-problem.js';

const MICROS_PER_MS = 1000;
const MICROS_PER_MINUTE = 60_000_000;
const FRACTION_DIGITS = 6;
const MINUTES_PER_DAY = 1440;
/** What int64 nanoseconds hold, as pandas has them: the years 1677 to 2262. */
const MAX_MICROS = 9_223_372_036_854_775;

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const SHORT_MONTH = 3;

/** A way to write a date: its name as Python's `strftime` has it, and the texts that begin with one. */
type DateForm = readonly [name: string, pattern: RegExp];

/** Of two that fit, the first is meant. */
const DATE_FORMS: readonly DateForm[] = [
  ['%Y-%m-%d', /^(?<Y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})/],
  ['%Y%m%d%H%M%S', /^(?<Y>\d{4})(?<m>\d\d)(?<d>\d\d)(?<H>\d\d)(?<M>\d\d)(?<S>\d\d)/],
  ['%Y%m%d', /^(?<Y>\d{4})(?<m>\d\d)(?<d>\d\d)/],
  ['%Y/%m/%d', /^(?<Y>\d{4})\/(?<m>\d{1,2})\/(?<d>\d{1,2})/],
  ['%Y.%m.%d', /^(?<Y>\d{4})\.(?<m>\d{1,2})\.(?<d>\d{1,2})/],
  ['%Y-%m', /^(?<Y>\d{4})-(?<m>\d\d)/],
  ['%Y', /^(?<Y>\d{4})/],
  ...['/', '-', '.'].flatMap((separator): DateForm[] => [
    [`%m${separator}%d${separator}%Y`, endingWithYear(separator, 'm', 'd')],
    [`%d${separator}%m${separator}%Y`, endingWithYear(separator, 'd', 'm')],
  ]),
  ['%B %d, %Y', /^(?<B>[A-Za-z]+) (?<d>\d{1,2}), (?<Y>\d{4})/],
  ['%B %d %Y', /^(?<B>[A-Za-z]+) (?<d>\d{1,2}) (?<Y>\d{4})/],
  ['%d %B %Y', /^(?<d>\d{1,2}) (?<B>[A-Za-z]+) (?<Y>\d{4})/],
  ['%d-%B-%Y', /^(?<d>\d{1,2})-(?<B>[A-Za-z]+)-(?<Y>\d{4})/],
  ['%d%B%Y', /^(?<d>\d{1,2})(?<B>[A-Za-z]+)(?<Y>\d{4})/],
  ['%a, %d %B %Y', /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<d>\d{1,2}) (?<B>[A-Za-z]+) (?<Y>\d{4})/],
];

/** What follows a date, to the end of the text: the time of day, and the zone. */
const REST =
  /^(?:(?<T>[T ])(?<H>\d\d)(?:(?<c>:?)(?<M>\d\d)(?:\k<c>(?<S>\d\d)(?:\.(?<f>\d+))?)?)?)?(?<blank> ?)(?<z>Z|UTC|GMT|[+-]\d{1,2}(?::?\d\d)?)?$/;
const OFFSET = /^([+-])(\d{1,2}):?(\d\d)?$/;

const NO_TIME =
  'is not a time that can be read: use ISO 8601, as in 2026-03-01T10:00:00Z; without a zone it is UTC';

/** What `now` says of the texts after it: nothing. */
const PRESENT = 'now';

/** A time, and the form in which it is written. */
export interface WrittenTime {
  /** As Python's `strftime` names it: `%Y-%m-%dT%H:%M:%S%z`. */
  readonly form: string;
  /** Since the epoch; without a zone, of UTC. */
  readonly micros: number;
}

type Parts = Readonly<Record<string, string | undefined>>;

/**
 * Reads a date and time as pandas reads the first text of a column or, given the form of that one, any text after it.
 *
 * Shape:  ISO 8601 with its compact forms, a blank for the `T`, dates with slashes or dots, the month before the day
 *         where both are possible, and English names of months. `now` and `today` are the present. Six digits of a
 *         fraction count. Forms in which pandas guesses more (years of two digits, quarters, a time without a date,
 *         12 hours, names of zones) are refused.
 * Errors: ValueProblem for anything else: another form than the given one, a day that does not exist, a year outside of
 *         1677 to 2262.
 * Source: spec/values.md 3.1; checked against what pandas 2.3 read.
 */
export function readDateTime(text: string, form?: string): WrittenTime {
  const isFirst = form === undefined || form === PRESENT;
  if (isFirst && (text === 'now' || text === 'today')) {
    return { form: PRESENT, micros: Date.now() * MICROS_PER_MS };
  }
  let problem: ValueProblem | undefined;
  for (const [name, pattern] of DATE_FORMS) {
    const date = pattern.exec(text);
    const rest = date && REST.exec(text.slice(date[0].length));
    if (!rest) continue;
    const parts: Parts = { ...rest.groups, ...date.groups };
    if (hasOffsetAlone(parts)) continue;
    const written = name + restForm(parts);
    if (!isFirst && form !== written) continue;
    const micros = microsOf(parts);
    if (typeof micros === 'number') return { form: form ?? written, micros };
    problem ??= micros;
  }
  throw problem ?? new ValueProblem(isFirst ? NO_TIME : otherForm(form));
}

/** What looks like the offset of a day is the rest of a date that does not exist: `2026-13`. */
function hasOffsetAlone({ H, z }: Parts): boolean {
  return H === undefined && z !== undefined && OFFSET.test(z);
}

function endingWithYear(separator: string, first: string, second: string): RegExp {
  return new RegExp(
    String.raw`^(?<${first}>\d{1,2})[${separator}](?<${second}>\d{1,2})[${separator}](?<Y>\d{4})`,
  );
}

function restForm({ T, H, c, M, S, f, blank, z }: Parts): string {
  // The compact date with a time has its hour in the date.
  let form = T === undefined || H === undefined ? '' : `${T}%H`;
  if (form !== '' && M !== undefined) form += `${c}%M`;
  if (form !== '' && S !== undefined) form += `${c}%S`;
  if (f !== undefined) form += '.%f';
  return form + blank + (z === undefined ? '' : zoneForm(z));
}

function zoneForm(zone: string): string {
  return zone === 'UTC' || zone === 'GMT' ? zone : '%z';
}

function microsOf(parts: Parts): number | ValueProblem {
  const { Y, d = '1', H = '0', M = '0', S = '0', f = '', z } = parts;
  const date = [Number(Y), monthOf(parts), Number(d)] as const;
  const clock = [Number(H), Number(M), Number(S)] as const;
  const offset = offsetMinutes(z);
  const problem = dateProblem(...date) ?? clockProblem(...clock);
  if (problem !== undefined) return new ValueProblem(problem);
  if (offset === undefined) return new ValueProblem('has an offset of a day or more');
  const [year, month, day] = date;
  const fraction = Number(f.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0'));
  const ms = Date.UTC(year, month - 1, day, ...clock);
  const micros = ms * MICROS_PER_MS + fraction - offset * MICROS_PER_MINUTE;
  // Years below 100 are not what `Date.UTC` takes them for.
  if (year < 100 || Math.abs(micros) > MAX_MICROS) {
    return new ValueProblem('is outside of the years 1677 to 2262, which can be stored');
  }
  return micros;
}

function dateProblem(year: number, month: number, day: number): string | undefined {
  if (month < 1 || month > 12) return 'has a month that does not exist';
  return day < 1 || day > daysIn(year, month) ? 'is a day that does not exist' : undefined;
}

function clockProblem(hour: number, minute: number, second: number): string | undefined {
  const exists = hour < 24 && minute < 60 && second < 60;
  return exists ? undefined : 'is a time of day that does not exist';
}

function monthOf({ m, B }: Parts): number {
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

function otherForm(form: string): string {
  return `is written in another form than the first time of the column (${form}): write all of them the same way`;
}
