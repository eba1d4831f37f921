import { JsonFloat, type JsonValue } from '../model/json-value.js';
import { readDateTime } from './date-time-text.js';
import { eventTimeText } from './timestamp.codec.js';
import { invalidColumnValue } from './value-error.js';
import { ValueProblem } from './value-problem.js';

const NANOS_PER_MICRO = 1000n;
const MAX_INT64 = 2n ** 63n - 1n;

/** Numbers of this size, up to the next, plainly count the unit: about 1973 to 5138. */
const PLAIN_UNITS = [
  { unit: 'seconds', from: 1e8, micros: 1e6 },
  { unit: 'milliseconds', from: 1e11, micros: 1e3 },
  { unit: 'microseconds', from: 1e14, micros: 1 },
] as const;
/** From here on they are nanoseconds, since 1973. */
const PLAIN_NANOS = 1e17;

export interface TimeColumn {
  /** As in the request: `event_timestamp`. */
  readonly name: string;
  readonly values: readonly JsonValue[];
  /** The end of the sentence in messages: `the column created is the creation time of view x`. */
  readonly what: string;
}

/** `refuse`: numbers that plainly count another unit than nanoseconds. */
export type NumberTimes = 'refuse' | 'nanoseconds';

/**
 * A column of times as Feast reads it: texts as pandas does, all in the form of the first one, without a zone UTC;
 * numbers as nanoseconds.
 *
 * Units:  microseconds since the epoch; what is finer is cut off.
 * Errors: InvalidValueError with one issue at `['body', 'df', name, row]`: a null, a boolean, texts beside numbers, and
 *         what `readDateTime` refuses.
 * Source: spec/values.md 3.1.
 */
export function convertTimes({ name, values, what }: TimeColumn, numbers: NumberTimes): number[] {
  let row = 0;
  try {
    const micros: number[] = [];
    let form: string | undefined;
    for (; row < values.length; row++) {
      const value = values[row] as JsonValue;
      if (typeof value === 'string') {
        if (row > 0 && form === undefined) throw mixed();
        const written = readDateTime(requireText(value), form);
        form = written.form;
        micros.push(written.micros);
      } else {
        if (form !== undefined && value !== null) throw mixed();
        micros.push(numberTime(value, numbers));
      }
    }
    return micros;
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    error.row = row;
    throw invalidColumnValue(error, { loc: ['body', 'df'], name, values, what });
  }
}

const NULL_TEXTS: readonly string[] = ['', 'NaT', 'nan', 'NaN'];

function requireText(text: string): string {
  if (NULL_TEXTS.includes(text)) throw new ValueProblem('is no time: each row needs one');
  return text;
}

function numberTime(value: JsonValue, numbers: NumberTimes): number {
  if (value === null) throw new ValueProblem('is no time: each row needs one');
  const nanos = nanosOf(value);
  const size = Math.abs(Number(nanos));
  const plain = PLAIN_UNITS.findLast(({ from }) => size >= from);
  if (numbers === 'refuse' && plain && size < PLAIN_NANOS) throw otherUnit(Number(nanos), plain);
  if (nanos > MAX_INT64 || nanos < -MAX_INT64) {
    throw new ValueProblem('is outside of the years 1677 to 2262, as nanoseconds since 1970');
  }
  return Number(floorDivide(nanos, NANOS_PER_MICRO));
}

function nanosOf(value: JsonValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(value);
  if (value instanceof JsonFloat && Number.isFinite(value.value)) return BigInt(Math.trunc(value.value));
  throw new ValueProblem('is no time: use text such as 2026-03-01T10:00:00Z');
}

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

function otherUnit(number: number, { unit, micros }: (typeof PLAIN_UNITS)[number]): ValueProblem {
  const meant = eventTimeText(Math.trunc(number * micros));
  return new ValueProblem(
    `counts ${unit} by its size (${meant}), but a number counts nanoseconds: send text, or nanoseconds`,
  );
}

function mixed(): ValueProblem {
  return new ValueProblem('is beside times of another kind: send all of them as text, or all as numbers');
}
