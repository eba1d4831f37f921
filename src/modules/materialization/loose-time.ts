import { InvalidRequestError } from '../../common/errors/errors.js';
import { LooseTimeReader } from './loose-time-reader.js';
import { Unreadable } from './loose-words.js';

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
const LAST_YEAR = 9999;

interface Today {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * A time as people write it, in the bodies of Feast's routes: `2026-01-31T10:30:00+02:00`, `Jan 1 2026`, `5`.
 *
 * Shape:  what the text leaves out is that of today, at midnight, in UTC; of two numbers up to 12 the month comes
 *         first. It takes most of what Feast takes, with the same meaning; it leaves out names of zones other than UTC,
 *         which Feast reads as UTC.
 * Units:  microseconds since the epoch.
 * Errors: InvalidRequestError with the text of Feast.
 */
export function parseLooseTime(text: string, nowMicros: number): number {
  const now = new Date(Math.floor(nowMicros / 1000));
  const today = { year: now.getUTCFullYear(), month: now.getUTCMonth() + 1, day: now.getUTCDate() };
  const reader = new LooseTimeReader(text);
  try {
    reader.read();
    if (reader.isEmpty) throw new InvalidRequestError(`String does not contain a date: ${text}`);
    return momentOf(reader, today, text);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new InvalidRequestError(`Unknown string format: ${text}`);
  }
}

function momentOf(reader: LooseTimeReader, today: Today, text: string): number {
  const { year = today.year, month = today.month, day } = reader.date.resolve(today.year);
  check(year >= 1 && year <= LAST_YEAR, `year ${year} is out of range`, text);
  check(month >= 1 && month <= 12, 'month must be in 1..12', text);
  const lastDay = daysOfMonth(year, month);
  // Of today the day is taken as far as the month has it; a day that was given must be there.
  const taken = day ?? Math.min(today.day, lastDay);
  check(taken >= 1 && taken <= lastDay, 'day is out of range for month', text);
  const days = epochDay(year, month, taken);
  const waited = day === undefined ? daysUntil(reader.weekday, days) : 0;
  return (
    ((days + waited) * SECONDS_PER_DAY + secondOfDay(reader, text)) * MICROS_PER_SECOND + (reader.micros ?? 0)
  );
}

function epochDay(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / (SECONDS_PER_DAY * 1000);
}

function daysOfMonth(year: number, month: number): number {
  return month === 12 ? 31 : epochDay(year, month + 1, 1) - epochDay(year, month, 1);
}

/** Before the midnight of the day, or after it, as the zone says. */
function secondOfDay(
  { hour = 0, minute = 0, second = 0, offsetSeconds = 0 }: LooseTimeReader,
  text: string,
): number {
  check(hour <= 23, 'hour must be in 0..23', text);
  check(minute <= 59, 'minute must be in 0..59', text);
  check(second <= 59, 'second must be in 0..59', text);
  check(Math.abs(offsetSeconds) < SECONDS_PER_DAY, 'a zone is less than 24 hours away', text);
  return hour * 3600 + minute * 60 + second - offsetSeconds;
}

/** Until the next such day, which can be the day itself. Shape: 1970-01-01 was a Thursday; 0 is Monday. */
function daysUntil(weekday: number | undefined, days: number): number {
  return weekday === undefined ? 0 : (((weekday - (days + 3)) % 7) + 7) % 7;
}

function check(isRight: boolean, problem: string, text: string): void {
  if (!isRight) throw new InvalidRequestError(`${problem}: ${text}`);
}
