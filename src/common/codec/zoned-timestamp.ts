import { CorruptDataError } from '../errors/errors.js';
import type { JsonWriter } from './json-writer.js';
import { earlyZoneOffset } from './zone-history.js';

/** A formatter holds some kilobytes of the engine's; a store rarely names more zones than this. */
const MAX_ZONES = 64;
/** No zone has a longer name; longer ones are not worth remembering. */
const MAX_NAME_LENGTH = 64;
const MS_PER_SECOND = 1000;

/** `-07:00`, `+0530`, `UTC+05:30`, and with seconds. */
const FIXED_OFFSET = /^(?:UTC)?([+-])(\d\d):?(\d\d)(?::?(\d\d))?$/;
/** How the engine prints an offset: `GMT`, `GMT-08:00`, `GMT+00:19:32`. */
const ENGINE_OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;
/** How names of the tz database look; the engine takes any case and more forms. */
const ZONE_NAME = /^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/;
/** The three letters that are names in the tz database; the engine also knows `JST`, `PST` and others. */
const SHORT_NAMES = new Set('CET EET EST GMT HST MET MST PRC ROC ROK UCT UTC WET'.split(' '));

/** A fixed offset in seconds, or what tells the offset at a time. */
type Zone = number | Intl.DateTimeFormat;

const zones = new Map<string, Zone>();

/**
 * Writes a zoned timestamp as Python's `isoformat()` in quotes: `2023-11-14T14:13:20-08:00`.
 *
 * Shape:  the zone is an IANA name or an offset; an empty or unknown one is UTC. The null sentinel is the
 *         caller's to deal with.
 * Units:  seconds since the epoch.
 * Errors: CorruptDataError when the local time is outside of the years 0001 to 9999.
 * Source: spec/values.md part 4.
 */
export function writeZonedTimestamp(out: JsonWriter, seconds: number, zone: string): void {
  const offset = offsetOf(zone, seconds);
  const local = new Date((seconds + offset) * MS_PER_SECOND);
  const year = local.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) {
    throw new CorruptDataError(
      `a stored zoned timestamp, ${seconds} seconds, is outside of the years 0001 to 9999`,
    );
  }
  out.ascii(`"${local.toISOString().slice(0, 19)}${offsetText(offset)}"`);
}

function offsetText(offset: number): string {
  const size = Math.abs(offset);
  const text = `${offset < 0 ? '-' : '+'}${twoDigits(size / 3600)}:${twoDigits((size / 60) % 60)}`;
  return size % 60 === 0 ? text : `${text}:${twoDigits(size % 60)}`;
}

function twoDigits(n: number): string {
  return String(Math.floor(n)).padStart(2, '0');
}

function offsetOf(name: string, seconds: number): number {
  if (name === '' || name.length > MAX_NAME_LENGTH) return 0;
  const zone = zones.get(name) ?? remember(name, resolve(name));
  if (typeof zone === 'number') return zone;
  const ms = seconds * MS_PER_SECOND;
  // Beyond what a Date holds: the year is refused later.
  if (Number.isNaN(new Date(ms).getTime())) return 0;
  return earlyZoneOffset(name, seconds) ?? secondsOf(ENGINE_OFFSET.exec(zone.format(ms)));
}

function remember(name: string, zone: Zone): Zone {
  if (zones.size >= MAX_ZONES) {
    for (const oldest of zones.keys()) {
      zones.delete(oldest);
      break;
    }
  }
  zones.set(name, zone);
  return zone;
}

function resolve(name: string): Zone {
  const fixed = FIXED_OFFSET.exec(name);
  if (fixed !== null) return fixedOffset(fixed);
  if (!ZONE_NAME.test(name) || name.startsWith('SystemV/') || (name.length === 3 && !SHORT_NAMES.has(name)))
    return 0;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    const known = format.resolvedOptions().timeZone;
    return known !== name && known.toLowerCase() === name.toLowerCase() ? 0 : format;
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

/** Python knows no offset of a day or more, and takes such a zone as unknown. */
function fixedOffset(match: RegExpExecArray): number {
  const offset = secondsOf(match);
  const valid = Number(match[3]) < 60 && Number(match[4] ?? 0) < 60 && Math.abs(offset) < 86_400;
  return valid ? offset : 0;
}

function secondsOf(match: RegExpExecArray | null): number {
  if (match?.[1] === undefined) return 0;
  const size = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === '-' ? -size : size;
}
