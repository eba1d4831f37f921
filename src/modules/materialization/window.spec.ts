import { describe, expect, it } from 'vitest';
import type { FeatureView } from '../../common/model/feature-view.js';
import { parseJobTime } from './job-time.js';
import { checkRange, windowOf } from './window.js';

const NOW = parseJobTime('2026-02-20T12:00:00.123456');
const DAY_MS = 24 * 3600 * 1000;

type Recorded = Pick<FeatureView, 'ttlMs' | 'materializationIntervals'>;

function view(ttlMs: number, ...intervals: readonly (readonly [string, string])[]): Recorded {
  return {
    ttlMs,
    materializationIntervals: intervals.map(([start, end]) => ({
      startMicros: parseJobTime(start),
      endMicros: parseJobTime(end),
    })),
  };
}

function incrementalStart(of: Recorded): number {
  return windowOf({ kind: 'incremental', endMicros: NOW }, of, NOW).startMicros;
}

describe('windowOf', () => {
  it('is the range that was asked for', () => {
    const range = { startMicros: 5, endMicros: 6 };
    expect(windowOf({ kind: 'between', ...range }, view(DAY_MS), NOW)).toEqual(range);
  });

  it('is everything since 1970 without event times', () => {
    expect(windowOf({ kind: 'everything' }, view(DAY_MS), NOW)).toEqual({ startMicros: 0, endMicros: NOW });
  });

  it('goes on where the recorded intervals end, whatever their order', () => {
    const recorded = view(
      DAY_MS,
      ['2025-12-01', '2026-01-31'],
      ['2026-02-01', '2026-01-19'],
      ['2025-01-01', '2026-01-20'],
    );
    expect(incrementalStart(recorded)).toBe(parseJobTime('2026-01-31'));
  });

  it('begins as long ago as a value counts, to the microsecond', () => {
    expect(incrementalStart(view(DAY_MS))).toBe(parseJobTime('2026-02-19T12:00:00.123456'));
    expect(incrementalStart(view(1.5))).toBe(NOW - 1500);
  });

  it('begins 52 weeks ago when values count for ever', () => {
    expect(incrementalStart(view(0))).toBe(parseJobTime('2025-02-21T12:00:00.123456'));
  });

  it('begins no earlier than Python can count', () => {
    expect(incrementalStart(view(3000 * 366 * DAY_MS))).toBe(parseJobTime('0001-01-01'));
  });

  it('may end before it begins', () => {
    const endMicros = parseJobTime('2026-01-19');
    const recorded = view(0, ['2025-12-01', '2026-01-20T20:00:00']);
    expect(windowOf({ kind: 'incremental', endMicros }, recorded, NOW)).toEqual({
      startMicros: parseJobTime('2026-01-20T20:00:00'),
      endMicros,
    });
  });
});

describe('checkRange', () => {
  it('takes an instant', () => {
    expect(() => checkRange({ kind: 'between', startMicros: 5, endMicros: 5 })).not.toThrow();
  });

  it('refuses a start after the end with the text of Feast', () => {
    const [startMicros, endMicros] = [parseJobTime('2026-01-31'), parseJobTime('2026-01-01')];
    expect(() => checkRange({ kind: 'between', startMicros, endMicros })).toThrow(
      'The given start_date 2026-01-31 00:00:00+00:00 is greater than the given end_date 2026-01-01 00:00:00+00:00.',
    );
  });
});
