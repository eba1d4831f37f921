import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../test/support/random.js';
import { InvalidValueError } from '../errors/errors.js';
import { JsonFloat, type JsonValue } from '../model/json-value.js';
import { parseJsonDocument } from './json-document.codec.js';
import { readDateTime } from './date-time-text.js';
import { jsonText } from './json-text.js';
import { convertTimes, type NumberTimes } from './event-time.codec.js';

const what = 'the column t is the event time of feature view v';
const times = (values: readonly JsonValue[], numbers: NumberTimes = 'nanoseconds'): number[] =>
  convertTimes({ name: 't', values, what }, numbers);

function refusal(values: readonly JsonValue[], numbers?: NumberTimes): InvalidValueError {
  try {
    times(values, numbers);
  } catch (error) {
    if (error instanceof InvalidValueError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Microseconds, or the reason. */
function outcome(text: string): number | string {
  try {
    return readDateTime(text).micros;
  } catch (error) {
    return (error as Error).message;
  }
}

type Columns = readonly ReadonlyMap<string, readonly JsonValue[]>[];
const vectors = parseJsonDocument(
  readFileSync(new URL('../../../test/fixtures/push/pandas-times.json', import.meta.url)),
) as ReadonlyMap<string, JsonValue>;
const columns = vectors.get('columns') as unknown as Columns;
const shown = (values: readonly JsonValue[]): string =>
  values.map((value) => (value instanceof JsonFloat ? String(value.value) : jsonText(value))).join(' | ');

describe('a column of times, as pandas reads it', () => {
  const read = columns.filter((column) => column.has('micros'));
  const refused = columns.filter((column) => column.has('error'));

  it.each(read.map((column) => [shown(column.get('values')!), column] as const))('takes %s', (_, column) => {
    expect(times(column.get('values')!)).toEqual(column.get('micros')!.map(Number));
  });

  it.each(refused.map((column) => [shown(column.get('values')!), column] as const))(
    'refuses %s',
    (_, column) => {
      const { message, issues } = refusal(column.get('values')!);
      expect(message).toMatch(/^t\[\d\]: .+: the column t is the event time of feature view v$/);
      expect(issues?.[0]?.loc.slice(0, 3)).toEqual(['body', 'df', 't']);
    },
  );

  it('has enough of both to mean something', () => {
    expect([read.length, refused.length].every((count) => count > 30)).toBe(true);
  });
});

describe('a column of times', () => {
  it('takes the present in place of a time', () => {
    const [now, text] = times(['now', '2026-03-01']);
    expect(Math.abs(now! - Date.now() * 1000)).toBeLessThan(10_000_000);
    expect(text).toBe(Date.UTC(2026, 2, 1) * 1000);
  });

  it.each([null, '', 'NaT', true, new JsonFloat(NaN), [], new Map()])(
    'has no row without one: %s',
    (value) => {
      expect(refusal([value]).message).toContain('is no time');
    },
  );

  it('reads the usual way to write a time as it reads the others', () => {
    const random = new SeededRandom(1);
    const digits = (count: number, most: number): string =>
      String(random.integer(0, most)).padStart(count, '0');
    const differing: string[] = [];
    for (let turn = 0; turn < 20_000; turn++) {
      const day = `${random.integer(1600, 2300)}-${digits(2, 13)}-${digits(2, 32)}`;
      const clock = `${digits(2, 24)}:${digits(2, 60)}:${digits(2, 60)}`;
      const fraction = random.pick(['', `.${digits(3, 999)}`, `.${digits(9, 999_999_999)}`, '.']);
      const zone = random.pick(['Z', `${random.pick(['+', '-'])}${digits(2, 25)}:${digits(2, 60)}`]);
      // A second blank is a form of its own, which only the slow way reads.
      const [usual, other] = [`${day} ${clock}${fraction}${zone}`, `${day} ${clock}${fraction} ${zone}`];
      if (outcome(usual) !== outcome(other)) differing.push(usual);
    }
    expect(differing).toEqual([]);
  });

  it('names the row', () => {
    const error = refusal(['2026-03-01', '2026-03-02', '2026-02-30']);
    expect(error.issues?.[0]).toEqual({
      type: 'value_error',
      loc: ['body', 'df', 't', 2],
      msg: `t[2]: "2026-02-30" is a day that does not exist: ${what}`,
      input: '2026-02-30',
    });
  });

  it.each([
    [1769940000, 'seconds by its size (2026-02-01T10:00:00Z)'],
    [1769940000000, 'milliseconds by its size (2026-02-01T10:00:00Z)'],
    [1769940000123, 'milliseconds by its size (2026-02-01T10:00:00.123Z)'],
    [1769940000000000, 'microseconds by its size (2026-02-01T10:00:00Z)'],
    [new JsonFloat(1769940000.5), 'seconds'],
    [-1769940000, 'seconds by its size (1913-11-30T14:00:00Z)'],
  ])('says what a number plainly counts instead of nanoseconds: %s', (number, unit) => {
    expect(refusal([number], 'refuse').message).toContain(`counts ${unit}`);
    expect(times([number])).toHaveLength(1);
  });

  it.each([1769940000000000000n, 10n ** 17n, 0, 5, -5])('takes nanoseconds: %s', (number) => {
    expect(times([number], 'refuse')).toEqual(times([number]));
  });

  it('refuses numbers beside texts', () => {
    expect(refusal(['2026-03-01', 0]).issues?.[0]?.loc.at(-1)).toBe(1);
    expect(refusal([0, '2026-03-01']).issues?.[0]?.loc.at(-1)).toBe(1);
  });

  it.each([2n ** 63n, -(2n ** 63n)])(
    'refuses what int64 does not hold, or what Feast takes as null: %s',
    (n) => {
      expect(refusal([n]).message).toContain('1677 to 2262');
    },
  );
});
