import { type DateTimeParts, microsOfParts, OFFSET } from './date-time-parts.js';
import { readIsoTime } from './iso-time-text.js';
import { ValueProblem } from './value-problem.js';

const MICROS_PER_MS = 1000;

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

/** What may stand around a time counts for its form. */
const PADDED = /^(\s*)(.*?)(\s*)$/s;

/** What follows a date, to the end of the text: the time of day, and the zone. */
const REST =
  /^(?:(?<T>[Tt]| +)(?<H>\d\d)(?:(?<c>:?)(?<M>\d\d)(?:\k<c>(?<S>\d\d)(?:\.(?<f>\d*))?)?)?)?(?<blank> *)(?<z>[Zz]|UTC|GMT|[+-]\d{1,2}(?::?\d\d)?)?$/;

const NO_TIME =
  'is not a time that can be read: use ISO 8601, as in 2026-03-01T10:00:00Z; without a zone it is UTC';

/** What `now` says of the texts after it: nothing. */
const PRESENT = 'now';
const PRESENT_WORDS: readonly string[] = ['now', 'today'];

/** A time, and the form in which it is written. */
export interface WrittenTime {
  /** As Python's `strftime` names it: `%Y-%m-%dT%H:%M:%S%z`. */
  readonly form: string;
  /** Since the epoch; without a zone, of UTC. */
  readonly micros: number;
}

/**
 * Reads a date and time as pandas reads the first text of a column or, given the form of that one, any text after it.
 *
 * Shape:  ISO 8601 with its compact forms, blanks for the `T`, small letters, blanks around it, dates with slashes or dots, the month before the day
 *         where both are possible, and English names of months. `now` and `today` are the present. Six digits of a
 *         fraction count. Forms in which pandas guesses more (years of two digits, quarters, a time without a date,
 *         12 hours, names of zones) are refused.
 * Errors: ValueProblem for anything else: another form than the given one, a day that does not exist, a year outside of
 *         1677 to 2262.
 * Source: spec/values.md 3.1; checked against what pandas 2.3 read.
 */
export function readDateTime(text: string, form?: string): WrittenTime {
  const iso = readIsoTime(text);
  if (iso !== undefined && (form === undefined || form === iso.form)) return iso;
  const wanted = form === PRESENT ? undefined : form;
  if (wanted === undefined && PRESENT_WORDS.includes(text)) {
    return { form: PRESENT, micros: Date.now() * MICROS_PER_MS };
  }
  const written = inForm(text, wanted);
  return form === PRESENT ? { form, micros: written.micros } : written;
}

/** In the given form; in any when it is undefined. Errors: ValueProblem. */
function inForm(text: string, wanted: string | undefined): WrittenTime {
  const [, before, time, behind] = PADDED.exec(text) as unknown as readonly [string, string, string, string];
  let problem: ValueProblem | undefined;
  for (const [name, pattern] of DATE_FORMS) {
    const parts = partsOf(time, pattern);
    if (parts === undefined) continue;
    const form = before + name + restForm(parts) + behind;
    if (wanted !== undefined && form !== wanted) continue;
    const micros = microsOfParts(parts);
    if (typeof micros === 'number') return { form, micros };
    problem ??= micros;
  }
  throw problem ?? new ValueProblem(wanted === undefined ? NO_TIME : otherForm(wanted));
}

function partsOf(text: string, pattern: RegExp): DateTimeParts | undefined {
  const date = pattern.exec(text);
  const rest = date && REST.exec(text.slice(date[0].length));
  if (!rest) return undefined;
  const parts: DateTimeParts = { ...rest.groups, ...date.groups };
  return hasOffsetAlone(parts) ? undefined : parts;
}

/** What looks like the offset of a day is the rest of a date that does not exist: `2026-13`. */
function hasOffsetAlone({ H, z }: DateTimeParts): boolean {
  return H === undefined && z !== undefined && OFFSET.test(z);
}

function endingWithYear(separator: string, first: string, second: string): RegExp {
  return new RegExp(
    String.raw`^(?<${first}>\d{1,2})[${separator}](?<${second}>\d{1,2})[${separator}](?<Y>\d{4})`,
  );
}

function restForm({ T, H, c, M, S, f, blank, z }: DateTimeParts): string {
  // The compact date with a time has its hour in the date.
  let form = T === undefined || H === undefined ? '' : `${T}%H`;
  if (form !== '' && M !== undefined) form += `${c}%M`;
  if (form !== '' && S !== undefined) form += `${c}%S`;
  if (f !== undefined) form += '.%f';
  return form + blank + (z === undefined ? '' : zoneForm(z));
}

function zoneForm(zone: string): string {
  return zone === 'Z' || OFFSET.test(zone) ? '%z' : zone;
}

function otherForm(form: string): string {
  return `is written in another form than the first time of the column (${form}): write all of them the same way`;
}
