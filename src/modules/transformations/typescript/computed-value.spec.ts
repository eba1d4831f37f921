import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue } from '../../../common/codec/value.codec.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import { ValueType, type ValueTypeNumber } from '../../../common/model/value.js';
import { shapeOf } from '../../../definitions/field-type.js';
import * as salver from '../../../definitions/index.js';
import { valueTypeOf } from '../../definitions/encoding/field-type.codec.js';
import { payloadWriter } from './computed-value.js';
import { transformValue } from './stored-value.js';

const NOON = new Date('2026-01-01T12:00:00Z');

function stored(type: unknown, value: unknown) {
  const shape = shapeOf(type);
  const number = valueTypeOf(shape) as ValueTypeNumber;
  const known = (number as number) === 30 || (number as number) === 31 ? ValueType.BYTES : number;
  return { type: known, value: payloadWriter(shape, known)(value) };
}

/** What a transformation returns comes back to the next one through the bytes of the store. */
const KEPT: readonly (readonly [string, unknown, unknown])[] = [
  ['bytes', salver.bytes, Uint8Array.of(0, 255)],
  ['imageBytes', salver.imageBytes, Uint8Array.of(7)],
  ['string', salver.string, 'Łódź "\n'],
  ['int32', salver.int32, -(2 ** 31)],
  ['int64', salver.int64, Number.MAX_SAFE_INTEGER],
  ['float32', salver.float32, 0.5],
  ['float64', salver.float64, 0.1],
  ['bool', salver.bool, false],
  ['unixTimestamp', salver.unixTimestamp, NOON],
  ['uuid', salver.uuid, '00000000-0000-4000-8000-000000000000'],
  ['decimal', salver.decimal, '1.10'],
  ['map', salver.map, { a: 1, b: 'x', c: { d: [1, 2] }, ['__proto__']: true }],
  ['json', salver.json, { a: [1, null, { b: 'x' }] }],
  ['zonedTimestamp', salver.zonedTimestamp, { time: NOON, zone: 'Europe/Oslo' }],
  ['list(float64)', salver.list(salver.float64), [0.5, 2]],
  ['list(unixTimestamp)', salver.list(salver.unixTimestamp), [NOON]],
  ['set(string)', salver.set(salver.string), new Set(['a', 'b'])],
  ['list(list(int64))', salver.list(salver.list(salver.int64)), [[1, 2], [3]]],
  ['struct', salver.struct({ name: salver.string, x: salver.float64 }), { name: null, x: 1 }],
  ['list(struct)', salver.list(salver.struct({ x: salver.int64 })), [{ x: 1 }, { x: 2 }]],
  [
    'scalarMap',
    salver.scalarMap,
    new Map<unknown, unknown>([
      [1, 'a'],
      [0.5, 2],
      [true, null],
    ]),
  ],
];

const REFUSED: readonly (readonly [string, unknown, unknown, string])[] = [
  ['a text for a number', salver.float64, '1', 'must be a number, is "1"'],
  ['a fraction for a whole number', salver.int64, 1.5, 'must be a whole number of 64 bits, is 1.5'],
  ['digits that a number lost', salver.int64, 2 ** 60, ': beyond 2^53 return a bigint'],
  ['a bigint beyond 64 bits', salver.int64, 2n ** 63n, 'must be a whole number of 64 bits'],
  ['a number beyond 32 bits', salver.int32, 2 ** 31, 'must be a whole number of 32 bits'],
  ['NaN for a whole number', salver.int64, Number.NaN, 'is NaN'],
  ['a number for a flag', salver.bool, 1, 'must be true or false, is 1'],
  ['a number for a text', salver.string, 7, 'must be a text, is 7'],
  ['half of a surrogate pair', salver.string, '\ud800', 'half of a surrogate pair'],
  ['seconds for a time', salver.unixTimestamp, 1, 'must be a Date, is 1'],
  ['a Date that is none', salver.unixTimestamp, new Date(Number.NaN), 'is a Date that is no time'],
  ['a text for a list', salver.list(salver.string), 'ab', 'must be a list, is "ab"'],
  [
    'an item of another type',
    salver.list(salver.int64),
    [1, 'x'],
    'must be a whole number of 64 bits, is "x"',
  ],
  ['a Set for a list', salver.list(salver.int64), new Set([1]), 'must be a list, is an object'],
  ['a promise', salver.float64, Promise.resolve(1), 'is a promise'],
  ['a function in a document', salver.json, { f: () => 1 }, 'holds a function'],
  ['bytes in a map', salver.map, { b: Uint8Array.of(1) }, 'holds a list of bytes'],
  ['texts for bytes', salver.bytes, 'AA==', 'must be a Uint8Array'],
  ['an object for a scalar map', salver.scalarMap, {}, 'must be a Map'],
];

describe('payloadWriter', () => {
  it.each(KEPT)('stores %s as it was returned', (_name, type, value) => {
    const back = transformValue(decodeValue(encodeValue(stored(type, value))));
    expect(back).toEqual(value);
  });

  it.each(REFUSED)('refuses %s', (_name, type, value, message) => {
    const problem = (() => {
      try {
        stored(type, value);
        return undefined;
      } catch (error) {
        return error;
      }
    })();
    expect(problem).toBeInstanceOf(ValueProblem);
    expect((problem as Error).message).toContain(message);
  });

  it('refuses what is nested without end', () => {
    const round: Record<string, unknown> = {};
    round['again'] = round;
    expect(() => stored(salver.map, round)).toThrow('levels deep');
  });

  it('rounds to what the type holds: floats of 32 bits, whole seconds', () => {
    expect(stored(salver.float32, 0.1).value).toBe(Math.fround(0.1));
    expect(stored(salver.unixTimestamp, new Date(-1)).value).toBe(-1);
    expect(Object.is(stored(salver.int64, -0).value, 0)).toBe(true);
  });
});

describe('transformValue', () => {
  it('gives null for the sentinel of a time, and a number for every whole number', () => {
    expect(transformValue({ type: ValueType.UNIX_TIMESTAMP, value: -(2n ** 63n) })).toBeNull();
    expect(transformValue({ type: ValueType.INT64, value: 2n ** 60n })).toBe(2 ** 60);
    expect(transformValue(null)).toBeNull();
  });

  it('gives the text of a JSON document that is none', () => {
    expect(transformValue({ type: ValueType.JSON, value: '{oops' })).toBe('{oops');
  });
});
