import { JsonFloat, type JsonValue } from '../../../../common/model/json-value.js';
import type { TimeUnit } from '../format/leaf-type.js';
import { misfit, type ColumnContext, type LeafConverter } from './stored-value.js';

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIMESTAMP =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/;
const ZONE = /^([+-])(\d\d):?(\d\d)?$/;

const MS_PER_DAY = 86_400_000;
const FRACTION_DIGITS: Readonly<Record<TimeUnit, number>> = { ms: 3, us: 6, ns: 9 };
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** By their size, up to the next, integers count a unit: seconds of about 1973 to 5138. */
const UNITS = [
  { name: 'seconds', from: 10n ** 8n, unit: undefined },
  { name: 'milliseconds', from: 10n ** 11n, unit: 'ms' },
  { name: 'microseconds', from: 10n ** 14n, unit: 'us' },
  { name: 'nanoseconds', from: 10n ** 17n, unit: 'ns' },
] as const;

interface TimestampType {
  readonly unit: TimeUnit;
  readonly zoned: boolean;
  readonly int96: boolean;
}

/**
 * ISO 8601 text, and integers in the unit of the column.
 *
 * Shape:  a column with a zone needs one in the text, a column without refuses one, as Arrow does. A fraction that the
 *         unit does not hold is refused.
 * Source: test/fixtures/offline-store/row-vectors.
 */
export function timestampConverter(type: TimestampType, context: ColumnContext): LeafConverter {
  const { unit, int96 } = type;
  return (value) => {
    const time = typeof value === 'string' ? timeOfText(value, type) : timeOfInteger(value, unit, context);
    if (time < INT64_MIN || time > INT64_MAX) misfit(`is outside of what ${unit} in 64 bits hold`);
    return int96 ? int96Bytes(time) : time;
  };
}

function timeOfText(text: string, { unit, zoned }: TimestampType): bigint {
  const match = TIMESTAMP.exec(text);
  const days = dayNumber(match?.[1] ?? '');
  if (match === null || days === undefined) misfit('is not an ISO 8601 time');
  const zone = match[6];
  if (zone === undefined && zoned) misfit('has no time zone (write Z for UTC)');
  if (zone !== undefined && !zoned) misfit('has a time zone, which the column does not have: leave it out');
  const seconds = BigInt(days * 86_400 + secondOfDay(match[2], match[3], match[4]) - offsetSeconds(zone));
  return seconds * 10n ** BigInt(FRACTION_DIGITS[unit]) + fractionOf(match[5], unit);
}

function timeOfInteger(value: JsonValue, unit: TimeUnit, { integerTimestamps }: ColumnContext): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    return misfit(
      value instanceof JsonFloat ? 'has a fraction: times are text or integers' : 'is not a time',
    );
  }
  const time = BigInt(value);
  const size = time < 0n ? -time : time;
  const plain = UNITS.findLast(({ from }) => size >= from);
  if (integerTimestamps === 'nanoseconds' || plain === undefined || plain.unit === unit) return time;
  const { name } = UNITS.find((candidate) => candidate.unit === unit)!;
  return misfit(`counts ${plain.name} by its size, but the column counts ${name}: send text, or ${name}`);
}

/** Only a date in text, as Arrow. Units: days since the epoch. */
export const toDate: LeafConverter = (value) => {
  const days = typeof value === 'string' ? dayNumber(value) : undefined;
  return days ?? misfit('is not a date (write YYYY-MM-DD)');
};

/** `HH:MM:SS.f` or an integer in the unit of the column. */
export function timeConverter(unit: TimeUnit): LeafConverter {
  const perSecond = 10n ** BigInt(FRACTION_DIGITS[unit]);
  const day = 86_400n * perSecond;
  return (value) => {
    const time = timeOfDay(value, unit, perSecond);
    if (time < 0n || time >= day) misfit('is outside of a day');
    return unit === 'ms' ? Number(time) : time;
  };
}

function timeOfDay(value: JsonValue, unit: TimeUnit, perSecond: bigint): bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value);
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  if (match === null) return misfit('is not a time of day (write HH:MM:SS)');
  return BigInt(secondOfDay(match[1], match[2], match[3])) * perSecond + fractionOf(match[4], unit);
}

/** Days since the epoch; undefined when there is no such day. */
function dayNumber(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isSame = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isSame ? date.getTime() / MS_PER_DAY : undefined;
}

function secondOfDay(hour = '00', minute = '00', second = '00'): number {
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  if (hours > 23 || minutes > 59 || seconds > 59)
    misfit('is not a time: there is no such hour, minute or second');
  return hours * 3600 + minutes * 60 + seconds;
}

function offsetSeconds(zone: string | undefined): number {
  const match = zone === undefined ? null : ZONE.exec(zone);
  if (match === null) return 0;
  const [hours, minutes] = [Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 23 || minutes > 59) misfit('has a time zone that does not exist');
  return (match[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function fractionOf(digits: string | undefined, unit: TimeUnit): bigint {
  if (digits === undefined) return 0n;
  const held = FRACTION_DIGITS[unit];
  if (/[1-9]/.test(digits.slice(held)))
    misfit(`has more than the ${held} fraction digits that the column holds`);
  return BigInt(digits.slice(0, held).padEnd(held, '0'));
}

const NANOS_PER_DAY = 86_400_000_000_000n;
const JULIAN_EPOCH_DAY = 2_440_588n;

/** Nanoseconds of the day and its Julian number. */
function int96Bytes(nanos: bigint): Buffer {
  const rest = nanos % NANOS_PER_DAY;
  const ofDay = rest < 0n ? rest + NANOS_PER_DAY : rest;
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64LE(ofDay, 0);
  bytes.writeUInt32LE(Number((nanos - ofDay) / NANOS_PER_DAY + JULIAN_EPOCH_DAY), 8);
  return bytes;
}
