import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../../test/support/random.js';
import { bestRows } from './best-rows.js';

const byRow = (a: number, b: number): number => a - b;

describe('bestRows', () => {
  it('finds what a sort finds, whatever the number and the ties', () => {
    const random = new SeededRandom(1);
    for (let round = 0; round < 300; round++) {
      const scores = Array.from({ length: random.integer(0, 60) }, () =>
        random.chance(0.1) ? Number.NaN : random.integer(0, 9),
      );
      const mask = random.chance(0.5) ? Uint8Array.from(scores, () => random.integer(0, 1)) : undefined;
      const order = random.chance(0.5) ? byRow : (a: number, b: number) => b - a;
      const count = random.integer(0, 70);
      const expected = [...scores.keys()]
        .filter((row) => !Number.isNaN(scores[row]) && mask?.[row] !== 0)
        .toSorted((a, b) => scores[a]! - scores[b]! || order(a, b))
        .slice(0, count);
      expect(bestRows(scores, count, { mask, order })).toEqual(expected);
    }
  });

  it('takes equal infinities for equal', () => {
    expect(bestRows([Infinity, 1, Infinity], 3, { order: byRow })).toEqual([1, 0, 2]);
  });
});
