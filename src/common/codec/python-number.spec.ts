import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePythonFloat, parsePythonInteger, truncateToInteger } from './python-number.js';

describe('parsePythonInteger', () => {
  // As int() of CPython 3.11.7 reads them.
  it.each<[string, number | bigint | undefined]>([
    ['5', 5],
    [' 5 ', 5],
    ['\u000b5\n', 5],
    ['\u00a05\u3000', 5],
    ['\u001c5', undefined],
    ['\u200b5', undefined],
    ['+7', 7],
    ['-0', 0],
    ['007', 7],
    ['1_000', 1000],
    ['1__0', undefined],
    ['_1', undefined],
    ['1_', undefined],
    ['- 5', undefined],
    ['+-5', undefined],
    ['', undefined],
    ['5.0', undefined],
    ['0x10', undefined],
    ['5\u0000', undefined],
    ['\u0663_\u0664', 34],
    ['\u{1d7d8}\u{1d7ff}', 9],
    ['９', 9],
    ['9007199254740993', 9007199254740993n],
    ['-9_007_199_254_740_993', -9007199254740993n],
    ['9'.repeat(4301), undefined],
  ])('reads %j', (text, expected) => {
    expect(parsePythonInteger(text)).toBe(expected);
  });

  it('reads back every integer', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(BigInt(parsePythonInteger(String(value))!)).toBe(value);
      }),
    );
  });
});

describe('parsePythonFloat', () => {
  // As float() of CPython 3.11.7 reads them.
  it.each<[string, number | undefined]>([
    ['1.5', 1.5],
    [' 1 ', 1],
    ['.5', 0.5],
    ['5.', 5],
    ['.', undefined],
    ['e5', undefined],
    ['1e', undefined],
    ['1_0.5', 10.5],
    ['1_.5', undefined],
    ['1._5', undefined],
    ['1_000e-1_0', 1e-7],
    ['1e400', Infinity],
    ['nan', NaN],
    ['-NaN', NaN],
    ['iNf', Infinity],
    ['-Infinity', -Infinity],
    ['infinit', undefined],
    ['0x10', undefined],
    ['', undefined],
    ['\u0663.5', 3.5],
  ])('reads %j', (text, expected) => {
    expect(parsePythonFloat(text)).toBe(expected);
  });

  it('reads back every float', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(parsePythonFloat(Object.is(value, -0) ? '-0.0' : value.toExponential())).toBe(value);
      }),
    );
  });
});

describe('truncateToInteger', () => {
  it.each([
    [1.9, 1],
    [-1.9, -1],
    [-0.5, 0],
    [1e18, 1000000000000000000n],
    [2 ** 53, 9007199254740992n],
  ])('cuts %d', (value, expected) => {
    expect(truncateToInteger(value)).toBe(expected);
  });
});
