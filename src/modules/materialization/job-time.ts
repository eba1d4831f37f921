import { InvalidRequestError } from '../../common/errors/errors.js';

const MICROS_PER_SECOND = 1_000_000;
/** 0001-01-01T00:00:00Z, and the last double before the year 10000: Python's datetime holds no others. */
export const EARLIEST_MICROS = -62_135_596_800_000_000;
const LATEST_MICROS = 253_402_300_799_999_968;

/** So far apart are doubles there. */
const ROUNDING_MICROS = 32;

const DATE = /^(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})\/(\d{1,2})\/(\d{1,2})|(\d{4})(\d\d)(\d\d))/;
const TIME =
  /^(?:(\d\d)(\d\d)(\d\d)?|(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?)(?:(?<=:\d+:\d+|\d{6})[.,](\d+))?/;
const ZONE = /^ ?(?:([zZ]|UTC|GMT)|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)$/;

const FORMS = '2026-01-31, 2026-01-31T10:30:00 or 2026-01-31T10:30:00+02:00; without a zone it is UTC';

/**
 * A time as the options and bodies of materialization give it.
 *
 * Shape:  a full date, year first; then, after `T` or a blank, a time of day; then a zone. Digits beyond the
 *         microsecond are cut off. What it takes means the same to Feast's two parsers, as far as they take it; it
 *         leaves out what they fill in from today's date (`5`, `10:30`, `2026-01`), dates that begin with the day or
 *         the month, weeks, and names of months and zones.
 * Units:  microseconds since the epoch.
 * Errors: InvalidRequestError that names the text and shows what is meant.
 */
export function parseJobTime(text: string): number {
  const trimmed = text.trim();
  const date = DATE.exec(trimmed);
  if (date === null) throw unreadable(text);
  const day = new Date(0);
  const [year, month, dayOfMonth] = date
    .slice(1)
    .filter((part) => part !== undefined)
    .map(Number);
  day.setUTCFullYear(year!, month! - 1, dayOfMonth);
  if (day.getUTCMonth() !== month! - 1 || day.getUTCDate() !== dayOfMonth) throw unreadable(text);
  const micros = day.getTime() * 1000 + timeOfDayMicros(trimmed.slice(date[0].length), text);
  if (micros < EARLIEST_MICROS || micros > LATEST_MICROS + ROUNDING_MICROS) throw unreadable(text);
  return Math.min(micros, LATEST_MICROS);
}

/** Microseconds after the midnight of the date in UTC: a zone may lead to the day before or after. */
function timeOfDayMicros(rest: string, text: string): number {
  if (rest === '') return 0;
  const time = /^[Tt ]/.test(rest) ? TIME.exec(rest.slice(1)) : null;
  if (time === null) throw unreadable(text);
  const compact = time[1] !== undefined;
  const seconds = secondsOf(compact ? time.slice(1, 4) : time.slice(4, 7), text);
  const fraction = Number((time[7] ?? '').slice(0, 6).padEnd(6, '0'));
  const offset = zoneSeconds(rest.slice(1 + time[0].length), text);
  return (seconds - offset) * MICROS_PER_SECOND + fraction;
}

function zoneSeconds(rest: string, text: string): number {
  if (rest === '') return 0;
  const zone = ZONE.exec(rest);
  if (zone === null) throw unreadable(text);
  if (zone[1] !== undefined) return 0;
  const seconds = secondsOf(zone.slice(3), text);
  return zone[2] === '-' ? -seconds : seconds;
}

/** Of hours, minutes and seconds, of which the last may be missing. */
function secondsOf(parts: readonly (string | undefined)[], text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  if (hours > 23 || minutes > 59 || seconds > 59) throw unreadable(text);
  return hours * 3600 + minutes * 60 + seconds;
}

function unreadable(text: string): InvalidRequestError {
  return new InvalidRequestError(`'${text}' is not a time: write it as ${FORMS}`);
}

/**
 * A time as Feast's messages show it: `2026-01-31 00:00:00+00:00`.
 *
 * Units: microseconds since the epoch; what is less than a second is not shown.
 */
export function jobTimeText(micros: number): string {
  const ms = Math.floor(micros / MICROS_PER_SECOND) * 1000;
  const date = new Date(ms);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
}
