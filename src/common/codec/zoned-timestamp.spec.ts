import { describe, expect, it } from 'vitest';
import { CorruptDataError } from '../errors/errors.js';
import { JsonWriter } from './json-writer.js';
import { writeZonedTimestamp } from './zoned-timestamp.js';

const text = (seconds: number, zone: string): string => {
  const out = new JsonWriter();
  writeZonedTimestamp(out, seconds, zone);
  return JSON.parse(out.toBuffer().toString()) as string;
};

describe('zones of the tz database', () => {
  // From `isoformat()` of Python 3.11 with zoneinfo.
  it.each([
    [-1693700373, 'Europe/Amsterdam', '1916-04-30T23:59:59+00:19:32'],
    [-1693700372, 'Europe/Amsterdam', '1916-05-01T01:00:00+01:19:32'],
    [-800000000, 'Europe/Amsterdam', '1944-08-25T19:46:40+02:00'],
    [0, 'Europe/Amsterdam', '1970-01-01T01:00:00+01:00'],
    [-1577917201, 'Africa/Accra', '1920-01-01T01:59:59+00:20'],
    [-2200000000, 'Africa/Monrovia', '1900-04-15T00:10:12-00:43:08'],
    [50000000, 'Africa/Monrovia', '1971-08-02T16:08:50-00:44:30'],
    [-5000000000, 'America/New_York', '1811-07-23T10:10:38-04:56:02'],
    [1700000000, 'Asia/Kathmandu', '2023-11-15T03:58:20+05:45'],
    [1700000000, 'Asia/Kolkata', '2023-11-15T03:43:20+05:30'],
    [1700000000, 'Asia/Calcutta', '2023-11-15T03:43:20+05:30'],
    [1690000000, 'EST5EDT', '2023-07-22T00:26:40-04:00'],
    [1700000000, 'Etc/GMT+5', '2023-11-14T17:13:20-05:00'],
    [1700000000, 'Australia/Lord_Howe', '2023-11-15T09:13:20+11:00'],
    [253402214399, 'America/Los_Angeles', '9999-12-30T15:59:59-08:00'],
    [-62135596800, 'UTC', '0001-01-01T00:00:00+00:00'],
  ])('%d in %s', (seconds, zone, expected) => {
    expect(text(seconds, zone)).toBe(expected);
  });
});

describe('offsets', () => {
  it.each([
    ['-07:00', '-07:00'],
    ['+0530', '+05:30'],
    ['UTC+05:30', '+05:30'],
    ['UTC-00:30', '-00:30'],
    ['UTC+00:19:32', '+00:19:32'],
    ['+23:59', '+23:59'],
    ['', '+00:00'],
  ])('%j prints %s', (zone, offset) => {
    expect(text(1700000000, zone).slice(19)).toBe(offset);
  });
});

describe('what Python does not know is UTC', () => {
  it.each([
    'Mars/Olympus',
    'america/new_york',
    'AMERICA/NEW_YORK',
    'JST',
    'PST',
    'SystemV/PST8',
    'utc',
    '+05',
    '+24:00',
    '+05:60',
    'GMT+05:30',
    '../../etc/passwd',
    '__proto__',
    'America/New_York\u0000',
    'A'.repeat(100_000),
  ])('%j', (zone) => {
    expect(text(1700000000, zone)).toBe('2023-11-14T22:13:20+00:00');
  });
});

describe('limits', () => {
  it.each([
    [-62135596801, ''],
    [-62135596800, 'America/New_York'],
    [253402300800, ''],
    [253402300799, 'Asia/Tokyo'],
    [9e15, 'Asia/Tokyo'],
    [-9e18, 'Asia/Tokyo'],
    [9e18, '-07:00'],
  ])('%d in %j is outside of the calendar', (seconds, zone) => {
    expect(() => text(seconds, zone)).toThrow(CorruptDataError);
  });

  it('more zones than are remembered give the same answers', () => {
    const zones = Intl.supportedValuesOf('timeZone').slice(0, 150);
    const first = zones.map((zone) => text(1700000000, zone));
    expect(new Set(first).size).toBeGreaterThan(10);
    expect(zones.map((zone) => text(1700000000, zone))).toEqual(first);
  });
});
