import { describe, expect, it } from 'vitest';
import { ValueType } from '../../../common/model/value.js';
import { decodeValues, encodeValues } from './repeated-value.codec.js';

/** Written by Feast's `RepeatedValue(val=[Value(int64_val=7), Value(), Value(string_val="é"), Value(double_val=-0.5)])`. */
const OF_FEAST = '0a0220070a000a041202c3a90a0929000000000000e0bf';
const VALUES = [
  { type: ValueType.INT64, value: 7 },
  null,
  { type: ValueType.STRING, value: 'é' },
  { type: ValueType.DOUBLE, value: -0.5 },
];

describe('a column of values', () => {
  it('has the bytes of Feast', () => {
    expect(Buffer.from(encodeValues(VALUES)).toString('hex')).toBe(OF_FEAST);
    expect(decodeValues(Buffer.from(OF_FEAST, 'hex'))).toEqual(VALUES);
    expect(decodeValues(encodeValues([]))).toEqual([]);
  });

  it('is refused when it is damaged', () => {
    expect(() => decodeValues(Buffer.from('1200', 'hex'))).toThrow('damaged');
    expect(() => decodeValues(Buffer.from(OF_FEAST, 'hex').subarray(0, -3))).toThrow('damaged');
  });
});
