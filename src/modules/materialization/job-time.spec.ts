import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../common/errors/errors.js';
import { jobTimeText, parseJobTime } from './job-time.js';

/** Times after 2^53 are rounded, but never into the year 10000, which Python cannot read. */
const LATEST_MICROS = 253_402_300_799_999_968;

interface TimeVector {
  readonly text: string;
  readonly materialize: number | null;
  readonly today: boolean;
  readonly incremental: number | null;
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/materialization/times.json', import.meta.url), 'utf8'),
) as TimeVector[];

/** What Feast takes and this does not, and why: so that nothing is refused by accident. */
const REFUSED = new Map(
  Object.entries({
    'a week': ['2026-W05-6', '2026-W05'],
    'any character between date and time': ['2026-01-31x10:30', '2026-01-31+02:00'],
    'day or month first': ['01/31/2026', '01/02/2026', '31/01/2026', '31.01.2026'],
    'names of months and zones': [
      'Jan 31 2026',
      '31 January 2026 10:30',
      '2026-01-31 10:30 EST',
      '2026-01-31T10:30:15 UTC+3',
    ],
    'twelve hours': ['2026-01-31 3pm'],
    'nothing after T or the point': ['2026-01-31T', '2026-01-31T10:30:15.'],
    'fractions of minutes': ['2026-01-31T10:30.5', '2026-01-31T1030.5'],
    'no T in a row of digits': ['20260131103015', '202601311030'],
    'other mixtures': [
      '2026-01-31T10:30:15+2:00',
      '2026-1/31',
      '2026-01-31  10:30',
      '2026-01-31T10:30:15  Z',
    ],
    'outside of the years 1 to 9999 in UTC': ['0001-01-01T00:00+01:00'],
    'no such offset': ['2026-01-31T10:30:15+02:60'],
  }).flatMap(([reason, texts]) => texts.map((text) => [text, reason] as const)),
);

/** The error's text for what is refused. */
function parsed(text: string): number | string {
  try {
    return parseJobTime(text);
  } catch (error) {
    return error instanceof InvalidRequestError ? error.message : 'another error';
  }
}

function expected({ text, materialize, today, incremental }: TimeVector): number | string {
  const theirs = materialize ?? incremental;
  return theirs === null || today || REFUSED.has(text)
    ? `'${text}' is not a time: write it as 2026-01-31, 2026-01-31T10:30:00 or 2026-01-31T10:30:00+02:00; ` +
        'without a zone it is UTC'
    : Math.min(theirs, LATEST_MICROS);
}

describe('parseJobTime', () => {
  it.each(vectors)('$text', (vector) => {
    expect(parsed(vector.text)).toBe(expected(vector));
  });

  it('takes nothing that the two parsers of Feast take for different times', () => {
    const isAmbiguous = ({ materialize, incremental }: TimeVector): boolean =>
      materialize !== null && incremental !== null && materialize !== incremental;
    expect(
      vectors
        .filter(isAmbiguous)
        .map(({ text }) => parsed(text))
        .filter(Number.isFinite),
    ).toEqual([]);
  });

  it('has a reason for everything that it refuses', () => {
    const taken = vectors.filter((vector) => vector.materialize !== null || vector.incremental !== null);
    const refused = taken.filter(({ text, today }) => !today && typeof parsed(text) === 'string');
    expect(refused.map(({ text }) => text).toSorted()).toEqual([...REFUSED.keys()].toSorted());
  });
});

describe('jobTimeText', () => {
  it.each([
    ['2026-01-31', '2026-01-31 00:00:00+00:00'],
    ['2026-01-31T10:30:15.999999+02:00', '2026-01-31 08:30:15+00:00'],
    ['1926-12-17T07:49:26', '1926-12-17 07:49:26+00:00'],
    ['1969-12-31T23:59:59.5', '1969-12-31 23:59:59+00:00'],
    ['0099-03-01', '0099-03-01 00:00:00+00:00'],
  ])('%s', (time, text) => {
    expect(jobTimeText(parseJobTime(time))).toBe(text);
  });
});
