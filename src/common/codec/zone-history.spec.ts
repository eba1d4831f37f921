import { describe, expect, it } from 'vitest';
import { earlyZoneOffset } from './zone-history.js';

describe('earlyZoneOffset', () => {
  // From zoneinfo of Python 3.11 with the tz database of Debian.
  it.each([
    [-1693700373, 'Europe/Amsterdam', 1172],
    [-1693700372, 'Europe/Amsterdam', 4772],
    [-1000000000, 'Europe/Amsterdam', 1200],
    [-1577917201, 'Africa/Accra', 1200],
    [-1577917200, 'Africa/Accra', 0],
    [-600000000, 'Atlantic/Reykjavik', -3600],
    [-3944628429, 'Pacific/Chuuk', -49972],
    [-62135596800, 'Pacific/Chuuk', -49972],
  ])('%d in %s', (seconds, zone, offset) => {
    expect(earlyZoneOffset(zone, seconds)).toBe(offset);
  });

  it('leaves to the engine what the engine knows', () => {
    expect(earlyZoneOffset('Europe/Amsterdam', 0)).toBeUndefined();
    expect(earlyZoneOffset('Europe/Brussels', -1693700373)).toBeUndefined();
    expect(earlyZoneOffset('constructor', -1)).toBeUndefined();
  });
});
