import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../common/errors/errors.js';
import { parseLooseTime } from './loose-time.js';

interface ReadTime {
  readonly text: string;
  readonly micros?: string;
  readonly error?: string;
}

/** What dateutil makes of texts: `loose-times.py` beside it. */
const { today, times, written_by_hand } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/materialization/loose-times.json', import.meta.url), 'utf8'),
) as {
  readonly today: string;
  /** Those that come first; the others are drawn by lot. */
  readonly written_by_hand: number;
  readonly times: readonly ReadTime[];
};

/** Feast warns, and takes them for UTC. */
const NAMED_ZONES = ['2026-01-03T10:00GMT+3', '2026-01-03 10:00:05 EST', '2026-01-03 10:00 XYZ'];

const NOW = Date.parse(`${today}T15:00:00Z`) * 1000;

function read(text: string): number | undefined {
  try {
    return parseLooseTime(text, NOW);
  } catch (error) {
    if (error instanceof InvalidRequestError) return undefined;
    throw error;
  }
}

describe('parseLooseTime', () => {
  const taken = times.filter(({ micros }) => micros !== undefined);

  it('never reads a text otherwise than Feast does', () => {
    const wrong = times.flatMap(({ text, micros }) => {
      const ours = read(text);
      return ours === undefined || String(ours) === micros ? [] : [{ text, ours, micros }];
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['soon', 'Unknown string format: soon'],
    ['', 'String does not contain a date: '],
    ['2026-02-29', 'day is out of range for month: 2026-02-29'],
    ['2026-13-01', 'month must be in 1..12: 2026-13-01'],
    ['2026-01-03T24:00', 'hour must be in 0..23: 2026-01-03T24:00'],
  ])('refuses %j with the text of Feast', (text, message) => {
    expect(times.find((time) => time.text === text)?.error).toBe(message);
    expect(() => parseLooseTime(text, NOW)).toThrow(new InvalidRequestError(message));
  });

  it('takes what people write, but no text with two times in it', () => {
    const refused = taken.filter(({ text }) => read(text) === undefined).map(({ text }) => text);
    expect(refused.length).toBeLessThan(taken.length / 5);
    const written = times.slice(0, written_by_hand).map(({ text }) => text);
    expect(written.filter((text) => refused.includes(text))).toEqual(NAMED_ZONES);
  });
});
