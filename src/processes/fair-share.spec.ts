import { describe, expect, it } from 'vitest';
import { fairShare } from './fair-share.js';

const workers = (...counts: number[]) => counts.map((connections) => ({ connections }));
const shed = (...counts: number[]) =>
  fairShare(workers(...counts)).map(({ worker, share }) => [worker.connections, share]);

describe('fairShare', () => {
  it.each([
    [[]],
    [[5]],
    [[0, 0]],
    [[2, 2, 2, 2]],
    [[3, 2, 2, 2]],
    [[3, 3, 2, 2]],
    [[1, 0, 0, 0]],
    [[1, 1, 1, 0]],
  ])('leaves %j alone: nobody has too few', (counts) => {
    expect(shed(...counts)).toEqual([]);
  });

  it.each([
    [[4, 2, 2, 0], [[4, 2]]],
    [[8, 0, 0, 0], [[8, 2]]],
    [
      [3, 3, 2, 0],
      [
        [3, 2],
        [3, 2],
      ],
    ],
    [[100, 50], [[100, 75]]],
    [[4, 3, 1, 1], [[4, 3]]],
  ])('of %j takes %j', (counts, expected) => {
    expect(shed(...counts)).toEqual(expected);
  });
});
