import { DatabaseSync } from 'node:sqlite';
import { load } from 'sqlite-vec';
import { afterAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../../test/support/random.js';
import { DISTANCES } from './vector-distance.js';

const random = new SeededRandom(5);
const database = new DatabaseSync(':memory:', { allowExtension: true });
load(database);
afterAll(() => database.close());

function vectors(count: number, length: number): Float32Array {
  return Float32Array.from({ length: count * length }, () => random.next() * 2 - 1);
}

/** What sqlite-vec says of each vector. */
function bySqliteVec(name: string, all: Float32Array, query: Float32Array): number[] {
  const statement = database.prepare(`SELECT ${name}(?, ?) AS distance`);
  const bytes = (vector: Float32Array) => new Uint8Array(vector.slice().buffer);
  return Array.from({ length: all.length / query.length }, (_, row) => {
    const vector = all.subarray(row * query.length, (row + 1) * query.length);
    return Number(statement.get(bytes(vector), bytes(query))?.['distance']);
  });
}

function computed(metric: keyof typeof DISTANCES, all: Float32Array, query: Float32Array): number[] {
  const distances = new Float32Array(all.length / query.length);
  DISTANCES[metric](all, query, distances);
  return [...distances];
}

// Lengths that are no multiple of anything, and numbers of vectors that leave some over.
describe.each([1, 2, 3, 4, 7, 16, 33, 128, 384, 1536])('vectors of %i', (length) => {
  const query = vectors(1, length);
  const all = vectors(41, length);

  it('have the distances of sqlite-vec, bit for bit', () => {
    expect(computed('l2', all, query)).toEqual(bySqliteVec('vec_distance_L2', all, query));
    expect(computed('cosine', all, query)).toEqual(bySqliteVec('vec_distance_cosine', all, query));
  });

  it('have a negated inner product', () => {
    const products = Array.from({ length: 41 }, (_, row) =>
      query.reduce((sum, number, at) => sum - number * all[row * length + at]!, 0),
    );
    computed('inner_product', all, query).forEach((distance, row) => {
      expect(distance).toBeCloseTo(products[row]!, 4);
    });
  });
});

it('a vector of zeros has no direction', () => {
  expect(computed('cosine', new Float32Array(4), Float32Array.of(1, 0, 0, 0))).toEqual([Number.NaN]);
});
