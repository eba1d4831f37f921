import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeValue } from '../../../common/codec/value.codec.js';
import { type FeatureScalar, ValueType, type ValueTypeNumber } from '../../../common/model/value.js';
import { numberText } from './sqlite-number-text.js';

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');

// As Python prints them.
it.each<[ValueTypeNumber, FeatureScalar, string | undefined]>([
  [ValueType.INT64, 0, '0'],
  [ValueType.INT64, 127, '127'],
  [ValueType.INT64, 128, '128'],
  [ValueType.INT64, 562_949_953_421_311, '562949953421311'],
  [ValueType.INT64, 562_949_953_421_312, undefined],
  [ValueType.INT64, -1, undefined],
  [ValueType.INT32, 2_147_483_647, '2147483647'],
  [ValueType.INT32, -2_147_483_648, undefined],
  [ValueType.DOUBLE, 0.1, '0.1'],
  [ValueType.DOUBLE, -0, '-0.0'],
  [ValueType.DOUBLE, 1e16, '1e+16'],
  [ValueType.DOUBLE, Number.NaN, 'nan'],
  [ValueType.FLOAT, Math.fround(0.1), '0.10000000149011612'],
  [ValueType.FLOAT, -Infinity, '-inf'],
  [ValueType.BOOL, true, undefined],
  [ValueType.STRING, '12', undefined],
])('type %i, %s: %s', (type, value, text) => {
  expect(numberText(encodeValue({ type, value }))).toBe(text);
});

it.each([
  ['nothing', ''],
  ['a tag alone', '20'],
  ['a number that is cut off', '2080'],
  ['a number with something behind it', '20012001'],
  ['two members', '200129000000000000f03f'],
  ['a double that is cut off', '29000000000000f0'],
  ['a float with something behind it', '350000803f35'],
  ['an INT32 that Python cuts', '188080808008'],
])('leaves %s to the careful reader', (_what, bytes) => {
  expect(numberText(hex(bytes))).toBeUndefined();
});

it('is right for all numbers that it takes', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.double(), (integer, double) => {
      const text = numberText(encodeValue({ type: ValueType.INT64, value: integer }));
      expect([String(integer), undefined]).toContain(text);
      const doubleText = numberText(encodeValue({ type: ValueType.DOUBLE, value: double }))!;
      expect(Number(doubleText.replace('inf', 'Infinity').replace('nan', 'NaN'))).toBe(double);
    }),
  );
});
