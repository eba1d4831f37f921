import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptDataError, InvalidValueError } from '../errors/errors.js';
import { JsonWriter } from './json-writer.js';
import {
  eventTimeText,
  microsToSqliteSeconds,
  sqliteSecondsToMicros,
  writeEventTime,
} from './timestamp.codec.js';

const FIRST = -62_135_596_800_000_000;
const LAST_WHOLE_SECOND = 253_402_300_799_000_000;

describe('eventTimeText', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [1772359200000000, '2026-03-01T10:00:00Z'],
    [1772359200500000, '2026-03-01T10:00:00.500Z'],
    [1772359200001000, '2026-03-01T10:00:00.001Z'],
    [1772359200123456, '2026-03-01T10:00:00.123456Z'],
    [1772359200000001, '2026-03-01T10:00:00.000001Z'],
    [1772359200999999, '2026-03-01T10:00:00.999999Z'],
    [1709164799000000, '2024-02-28T23:59:59Z'],
    [1709164800000000, '2024-02-29T00:00:00Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
    [-500000, '1969-12-31T23:59:59.500Z'],
    [-86400000000, '1969-12-31T00:00:00Z'],
    [FIRST, '0001-01-01T00:00:00Z'],
    [LAST_WHOLE_SECOND, '9999-12-31T23:59:59Z'],
    // Beyond 2^53 a double holds every 32nd microsecond only.
    [253_402_300_799_999_968, '9999-12-31T23:59:59.999968Z'],
  ])('%d is %s', (micros, expected) => {
    expect(eventTimeText(micros)).toBe(expected);
  });

  it.each([FIRST - 1_000_000, LAST_WHOLE_SECOND + 1_000_000, 1e300, Infinity, -Infinity, Number.NaN, 0.5])(
    'refuses %d',
    (micros) => {
      expect(() => eventTimeText(micros)).toThrow(CorruptDataError);
    },
  );

  it('agrees with the engine on every second of the calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST / 1e6, max: LAST_WHOLE_SECOND / 1e6 }), (seconds) => {
        expect(eventTimeText(seconds * 1e6)).toBe(
          new Date(seconds * 1000).toISOString().replace('.000Z', 'Z'),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('every microsecond below 2^53 comes through', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (micros) => {
        const [, seconds, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(eventTimeText(micros))!;
        const whole = BigInt(Date.parse(`${seconds}Z`)) * 1000n;
        expect(whole + BigInt(fraction.padEnd(6, '0'))).toBe(BigInt(micros));
        expect(['', 3, 6]).toContain(fraction === '' ? '' : fraction.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('the writer adds quotes', () => {
    const out = new JsonWriter(1);
    writeEventTime(out, 1772359200500000);
    writeEventTime(out, 0);
    expect(out.toBuffer().toString()).toBe('"2026-03-01T10:00:00.500Z""1970-01-01T00:00:00Z"');
  });
});

describe('SQLite seconds in a process with TZ=UTC', () => {
  it.each([
    [0, 0],
    [1772359200999999, 1772359200],
    // Cut toward zero, as Python's int() does.
    [-1, 0],
    [-500000, 0],
    [-1500000, -1],
    [-2000000, -2],
    [FIRST, FIRST / 1e6],
    [253_402_300_799_999_968, 253_402_300_799],
  ])('%d microseconds are stored as %d', (micros, seconds) => {
    expect(microsToSqliteSeconds(micros)).toBe(seconds);
  });

  it('reads them back', () => {
    expect(sqliteSecondsToMicros(1772359200)).toBe(1772359200000000);
    expect(sqliteSecondsToMicros(1772359200n)).toBe(1772359200000000);
    expect(sqliteSecondsToMicros(-62135596800n)).toBe(FIRST);
  });

  it.each([1.5, Number.NaN, Infinity, -62135596801, 253402300800, 2n ** 62n])('refuses %s', (seconds) => {
    expect(() => sqliteSecondsToMicros(seconds)).toThrow(CorruptDataError);
  });

  it.each([0.5, Number.NaN, FIRST - 1_000_000, LAST_WHOLE_SECOND + 1_000_000])(
    'cannot store %d',
    (micros) => {
      expect(() => microsToSqliteSeconds(micros)).toThrow(InvalidValueError);
    },
  );
});

/**
 * What Python 3.11 says in a process with that TZ, for a time `t` in UTC (seconds): `stored` is
 * `int(naive(t).timestamp())`, `read` is `datetime.fromtimestamp(stored)` taken as UTC. They differ where the
 * local clock skipped the time.
 */
const PYTHON: Readonly<Record<string, readonly (readonly [t: number, stored: number, read: number])[]>> = {
  'America/New_York': [
    [1772359200, 1772377200, 1772359200], // 2026-03-01T10:00:00
    [1772935199, 1772953199, 1772935199], // 2026-03-08T01:59:59
    [1772935200, 1772953200, 1772938800], // 2026-03-08T02:00:00, skipped
    [1772937000, 1772955000, 1772940600], // 2026-03-08T02:30:00, skipped
    [1772938800, 1772953200, 1772938800], // 2026-03-08T03:00:00
    [1793494799, 1793509199, 1793494799], // 2026-11-01T00:59:59
    [1793494800, 1793509200, 1793494800], // 2026-11-01T01:00:00, twice
    [1793498399, 1793512799, 1793498399], // 2026-11-01T01:59:59, twice
    [1793498400, 1793516400, 1793498400], // 2026-11-01T02:00:00
    [-1, 17999, -1],
    [0, 18000, 0],
    [-839030400, -839016000, -839030400], // 1943, war time
    [-2717668800, -2717651038, -2717668800], // 1883, local mean time
    [-60573380033, -60573362271, -60573380033], // 0050-07-04T05:06:07
    [-62135510400, -62135492638, -62135510400], // 0001-01-02T00:00:00
    [253355144767, 253355159167, 253355144767], // 9998-07-04T05:06:07
  ],
  'Australia/Lord_Howe': [
    [1775352600, 1775313000, 1775352600], // 2026-04-05T01:30:00, twice
    [1775353500, 1775313900, 1775353500], // 2026-04-05T01:45:00, twice
    [1775354400, 1775316600, 1775354400], // 2026-04-05T02:00:00
    [1791079200, 1791041400, 1791081000], // 2026-10-04T02:00:00, skipped
    [1791080100, 1791042300, 1791081900], // 2026-10-04T02:15:00, skipped
    [1791081000, 1791041400, 1791081000], // 2026-10-04T02:30:00
  ],
  'Pacific/Apia': [
    [1325203199, 1325239199, 1325203199], // 2011-12-29T23:59:59
    [1325203200, 1325239200, 1325289600], // 2011-12-30T00:00:00, a day that was skipped
    [1325246400, 1325282400, 1325332800], // 2011-12-30T12:00:00
    [1325289600, 1325239200, 1325289600], // 2011-12-31T00:00:00
  ],
  'Europe/London': [
    [1768478400, 1768478400, 1768478400], // 2026-01-15T12:00:00, UTC in winter
    [1774747800, 1774747800, 1774751400], // 2026-03-29T01:30:00, skipped
    [1792891800, 1792888200, 1792891800], // 2026-10-25T01:30:00, twice
    [13046400, 13042800, 13046400], // 1970-06-01, summer time all year
  ],
};

/** Microseconds → what Python stores, with a fraction: cut after the shift. */
const PYTHON_FRACTIONS: Readonly<Record<string, readonly (readonly [micros: number, stored: number])[]>> = {
  'America/New_York': [
    [-500000, 17999],
    [1772359200999999, 1772377200],
  ],
  'Australia/Lord_Howe': [
    [-1, -36000],
    [-1500000, -36001],
  ],
  'Pacific/Apia': [[-1500000, 39598]],
  'Europe/London': [[-1500000, -3601]],
};

/** Lets plain Node find `./x.ts` where the sources import `./x.js`. */
const RESOLVE_SOURCES = `import { registerHooks } from 'node:module';
registerHooks({ resolve: (name, context, next) =>
  next(/^[.].*[.]js$/.test(name) && context.parentURL?.endsWith('.ts') ? name.replace(/js$/, 'ts') : name, context) });`;

const CHILD = `
const codec = await import(${JSON.stringify(new URL('./timestamp.codec.ts', import.meta.url).href)});
const { times, fractions } = JSON.parse(process.argv[1]);
const rows = times.map(([t, stored]) => [
  t, codec.microsToSqliteSeconds(t * 1e6), codec.sqliteSecondsToMicros(stored) / 1e6]);
const cut = fractions.map(([micros]) => [micros, codec.microsToSqliteSeconds(micros)]);
console.log(JSON.stringify({ rows, cut }));`;

describe('SQLite seconds in a process with another TZ', () => {
  it.each(Object.keys(PYTHON))('%s', (zone) => {
    const times = PYTHON[zone]!;
    const fractions = PYTHON_FRACTIONS[zone]!;
    const hooks = `data:text/javascript,${encodeURIComponent(RESOLVE_SOURCES)}`;
    const output = execFileSync(
      process.execPath,
      ['--import', hooks, '--input-type=module', '--eval', CHILD, JSON.stringify({ times, fractions })],
      { env: { TZ: zone }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    expect(JSON.parse(output)).toEqual({ rows: times, cut: fractions });
  });
});
