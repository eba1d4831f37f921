import { CorruptDataError, InvalidValueError } from '../errors/errors.js';
import { JsonWriter } from './json-writer.js';

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
const MS_PER_DAY = 86_400_000;
/** 0001-01-01T00:00:00Z and the second after 9999-12-31T23:59:59Z: what Python's datetime holds. */
const FIRST_SECOND = -62_135_596_800;
const END_SECOND = 253_402_300_800;
/** The calendar repeats after this, so that `Date.UTC` never sees a year below 100, which it takes as 19xx. */
const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * MS_PER_DAY;

const QUOTE = 0x22;
const COLON = 0x3a;
const DOT = 0x2e;
const LETTER_Z = 0x5a;

const UTC_ZONES: readonly string[] = ['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT'];
/** Found out when it is needed: it takes longer than to start a small command. */
let zoneIsUtc: boolean | undefined;

function processZoneIsUtc(): boolean {
  return (zoneIsUtc ??= UTC_ZONES.includes(new Intl.DateTimeFormat().resolvedOptions().timeZone));
}

/** The dates of the days last written, each in the place of its low bits: `2026-03-01T`. */
const DATE_SLOTS = 256;
const slotDays = new Float64Array(DATE_SLOTS).fill(Number.NaN);
const slotDates: string[] = Array.from({ length: DATE_SLOTS }, () => '');
const scratch = new JsonWriter(64);

/**
 * An event time as text.
 *
 * Shape:  RFC 3339 in UTC with `Z`; no fraction, else 3 digits for whole milliseconds, else 6.
 * Units:  microseconds since the epoch, years 0001 to 9999.
 * Errors: CorruptDataError for any other number.
 * Source: spec/values.md 4.1.
 */
export function eventTimeText(micros: number): string {
  scratch.reset();
  writeEventTime(scratch, micros);
  return scratch.toBuffer().toString('latin1', 1, scratch.length - 1);
}

/** The text of `eventTimeText` in quotes, without allocating for the days of the same half year. */
export function writeEventTime(out: JsonWriter, micros: number): void {
  const fraction = microsOfSecond(micros);
  const seconds = (micros - fraction) / MICROS_PER_SECOND;
  if (!(seconds >= FIRST_SECOND && seconds < END_SECOND)) throw outOfRange(micros);
  const day = Math.floor(seconds / SECONDS_PER_DAY);
  const second = (seconds - day * SECONDS_PER_DAY) | 0;
  out.byte(QUOTE);
  out.ascii(dateText(day));
  const minute = (second / 60) | 0;
  const hour = (minute / 60) | 0;
  out.digits(hour, 2);
  out.byte(COLON);
  out.digits(minute - hour * 60, 2);
  out.byte(COLON);
  out.digits(second - minute * 60, 2);
  if (fraction !== 0) writeFraction(out, fraction);
  out.byte(LETTER_Z);
  out.byte(QUOTE);
}

/**
 * The event time of a row that SQLite holds.
 *
 * Shape:  the stored integer counts seconds as if UTC were the local time of the process, because that is how
 *         Feast writes it: the local calendar fields of the integer are those of the event time in UTC. Only with
 *         TZ=UTC is it the Unix time. The zone is the one that the process started with, an IANA name.
 * Units:  seconds in, microseconds since the epoch out.
 * Errors: CorruptDataError when it is no integer, or outside of the years 0001 to 9999.
 * Source: spec/online-store-sqlite.md, Timestamp encoding.
 */
export function sqliteSecondsToMicros(seconds: number | bigint): number {
  const stored = Number(seconds);
  if (!Number.isInteger(stored)) throw outOfRange(seconds);
  const actual = processZoneIsUtc() ? stored : localFieldsAsUtc(stored);
  if (!(actual >= FIRST_SECOND && actual < END_SECOND)) throw outOfRange(seconds);
  return actual * MICROS_PER_SECOND;
}

/**
 * The integer that Feast would store in SQLite for an event time: the reverse of `sqliteSecondsToMicros`.
 *
 * Shape:  the UTC calendar fields read as local time of the process (of two such times the earlier one; in the
 *         gap of a clock change, the offset before it), then cut to whole seconds toward zero.
 * Units:  microseconds since the epoch in, seconds out.
 * Errors: InvalidValueError when it is no integer, or outside of the years 0001 to 9999.
 * Source: spec/online-store-sqlite.md, Timestamp encoding.
 */
export function microsToSqliteSeconds(micros: number): number {
  const fraction = microsOfSecond(micros);
  const seconds = (micros - fraction) / MICROS_PER_SECOND;
  if (!(seconds >= FIRST_SECOND && seconds < END_SECOND)) {
    throw new InvalidValueError(
      `event time ${micros} (in microseconds) is outside of the years 0001 to 9999`,
    );
  }
  const stored = processZoneIsUtc() ? seconds : utcFieldsAsLocal(seconds);
  return Math.trunc(stored + fraction / MICROS_PER_SECOND) + 0;
}

function dateText(day: number): string {
  const slot = day & (DATE_SLOTS - 1);
  if (slotDays[slot] !== day) {
    slotDates[slot] = new Date(day * MS_PER_DAY).toISOString().slice(0, 11);
    slotDays[slot] = day;
  }
  return slotDates[slot]!;
}

function writeFraction(out: JsonWriter, micros: number): void {
  out.byte(DOT);
  const millis = (micros / 1000) | 0;
  if (millis * 1000 === micros) out.digits(millis, 3);
  else out.digits(micros, 6);
}

/** Microseconds after the whole second before; NaN when `micros` is no integer. */
export function microsOfSecond(micros: number): number {
  const rest = micros - Math.floor(micros / MICROS_PER_SECOND) * MICROS_PER_SECOND;
  if (rest >= 0 && rest < MICROS_PER_SECOND && Number.isSafeInteger(micros)) return rest | 0;
  // The division was rounded up, or the number is beyond 2^53: the remainder is exact, but slow.
  const exact = micros % MICROS_PER_SECOND;
  if (!Number.isInteger(exact)) return Number.NaN;
  return exact < 0 ? exact + MICROS_PER_SECOND : exact + 0;
}

function localFieldsAsUtc(seconds: number): number {
  const local = new Date(seconds * 1000);
  const ms = Date.UTC(
    local.getFullYear() + CYCLE_YEARS,
    local.getMonth(),
    local.getDate(),
    local.getHours(),
    local.getMinutes(),
    local.getSeconds(),
  );
  return (ms - CYCLE_MS) / 1000;
}

function utcFieldsAsLocal(seconds: number): number {
  const utc = new Date(seconds * 1000);
  const local = new Date(2000, 0, 1, utc.getUTCHours(), utc.getUTCMinutes(), utc.getUTCSeconds());
  local.setFullYear(utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate());
  return Math.floor(local.getTime() / 1000);
}

function outOfRange(time: number | bigint): CorruptDataError {
  return new CorruptDataError(`a stored event time, ${time}, is outside of the years 0001 to 9999`);
}
