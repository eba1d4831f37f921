import { DatabaseSync } from 'node:sqlite';
import { load } from 'sqlite-vec';
import { afterAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../../test/support/random.js';
import { ValueType } from '../../../../common/model/value.js';
import { encodeValue } from '../../../../common/codec/value.codec.js';
import type { DistanceMetric } from '../../document-search.js';
import { VectorRows } from './vector-rows.js';

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

function stored(vector: Float32Array): Uint8Array {
  return encodeValue({ type: ValueType.FLOAT_LIST, value: [...vector] });
}

function rowsOf(all: readonly Float32Array[], length: number): VectorRows {
  const rows = new VectorRows(length, () => undefined);
  all.forEach((vector, row) => expect(rows.set(row, stored(vector))).toBe(true));
  return rows;
}

function measured(rows: VectorRows, metric: DistanceMetric, query: Float32Array): number[] {
  const distances = new Float32Array(rows.size);
  rows.measure(query, metric, distances);
  return [...distances];
}

function computed(metric: DistanceMetric, all: Float32Array, query: Float32Array): number[] {
  const { length } = query;
  const each = Array.from({ length: all.length / length }, (_, row) =>
    all.subarray(row * length, (row + 1) * length),
  );
  return measured(rowsOf(each, length), metric, query);
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

it('measures more vectors than fit into one step', () => {
  const [query, all] = [vectors(1, 3), vectors(9001, 3)];
  expect(computed('l2', all, query)).toEqual(bySqliteVec('vec_distance_L2', all, query));
});

it('keeps every vector in its place while others come, change and go', () => {
  const length = 5;
  const all = Array.from({ length: 40 }, () => vectors(1, length));
  const rows = rowsOf(all, length);
  const query = vectors(1, length);
  for (let round = 0; round < 400; round++) {
    const at = random.integer(0, all.length - 1);
    const vector = vectors(1, length);
    const kind = random.integer(0, 3);
    if (kind === 0 && all.length > 1) {
      rows.remove(at);
      all.splice(at, 1);
    } else if (kind === 1) {
      rows.set(at, stored(vector));
      all[at] = vector;
    } else {
      rows.set(all.length, stored(vector));
      rows.moveLastTo(at);
      all.splice(at, 0, vector);
    }
    for (const metric of ['l2', 'cosine', 'inner_product'] as const) {
      expect(measured(rows, metric, query)).toEqual(measured(rowsOf(all, length), metric, query));
    }
  }
  expect(rows.set(0, stored(vectors(1, length + 1)))).toBe(false);
  expect(rows.set(all.length, new Uint8Array(0))).toBe(false);
  expect(rows.size).toBe(all.length);
});
