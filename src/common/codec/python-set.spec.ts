import { describe, expect, it } from 'vitest';
import { readJsonText } from './json-text-reader.js';
import { pythonRepr } from './python-text.js';
import { pythonNumberSet, type PythonNumber } from './python-set.js';

describe('pythonNumberSet', () => {
  // list(set(numbers)) as CPython 3.11.7 prints it.
  it.each([
    ['[]', '[]'],
    ['[3, 1, 3]', '[1, 3]'],
    ['[8, 1]', '[8, 1]'],
    ['[-1, 0, 1]', '[0, 1, -1]'],
    ['[100, 5, 3, 77, 1000]', '[3, 100, 5, 1000, 77]'],
    ['[40, 3, 24, 8, 16, 1, 0, 32, 5]', '[0, 1, 32, 3, 5, 40, 8, 16, 24]'],
    ['[1.5, 0.25, -3.0, 2]', '[0.25, 1.5, 2, -3.0]'],
    ['[true, 1.0, 1, 0]', '[0, True]'],
    [
      '[9007199254740993, -9223372036854775808, 9223372036854775807, Infinity, 1e300]',
      '[9007199254740993, 9223372036854775807, 1e+300, inf, -9223372036854775808]',
    ],
  ])('orders %s as a Python set', (numbers, expected) => {
    expect(pythonRepr(pythonNumberSet(readJsonText(numbers) as readonly PythonNumber[]))).toBe(expected);
  });

  it('keeps every different number once', () => {
    const numbers = Array.from({ length: 2000 }, (_, i) => (i * 7919) % 1000);
    const members = pythonNumberSet(numbers) as number[];
    expect(members.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });
});
