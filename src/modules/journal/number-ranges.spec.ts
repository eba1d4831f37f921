import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberRanges } from './number-ranges.js';

describe('NumberRanges', () => {
  it('is a set of numbers in as few ranges as possible', () => {
    const range = fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.nat(8))
      .map(([first, more]) => [first, first + more] as const);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 30 }), (added) => {
        const ranges = new NumberRanges();
        const set = new Set<number>();
        for (const [first, last] of added) {
          ranges.add(first, last);
          for (let number = first; number <= last; number++) set.add(number);
        }
        for (let number = 0; number <= 70; number++) expect(ranges.has(number)).toBe(set.has(number));
        for (const last of [0, 5, 33, 70]) {
          expect(ranges.countUpTo(last)).toBe([...set].filter((number) => number <= last).length);
        }
        const list = ranges.list();
        for (let at = 1; at < list.length; at++) expect(list[at]![0]).toBeGreaterThan(list[at - 1]![1] + 1);
      }),
    );
  });
});
