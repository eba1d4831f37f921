import { describe, expect, it } from 'vitest';
import { countRange, exactCount } from './count-label.js';

describe('countRange', () => {
  it('names the range that a number lies in', () => {
    const numbers = [0, 1, 2, 5, 6, 10, 11, 50, 51, 100, 101, 250, 500, 501, 1000, 1001, 10_000];
    expect(numbers.map(countRange)).toEqual([
      '0',
      '1',
      '2-5',
      '2-5',
      '6-10',
      '6-10',
      '11-25',
      '26-50',
      '51-100',
      '51-100',
      '101-250',
      '101-250',
      '251-500',
      '501-1000',
      '501-1000',
      '1001+',
      '1001+',
    ]);
  });

  it('has eleven values, however many features a client asks for', () => {
    expect(new Set(Array.from({ length: 20_000 }, (_, n) => countRange(n))).size).toBe(11);
    expect(exactCount(1234)).toBe('1234');
  });
});
