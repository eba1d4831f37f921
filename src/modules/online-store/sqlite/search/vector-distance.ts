import type { DistanceMetric } from '../../document-search.js';

/** Writes `distances[i]`, of vector `i` to the query. `vectors` holds them one after the other. */
export type DistanceFunction = (vectors: Float32Array, query: Float32Array, distances: Float32Array) => void;

const { fround } = Math;

/**
 * Distances in single precision, each sum in the order of the numbers: bit for bit those of sqlite-vec 0.1.9, and so of
 * Feast. Four vectors are taken at a time, because one sum alone waits for its own additions.
 *
 * Shape:  a negated inner product for `inner_product`, so that the lower is the nearer.
 */
export const DISTANCES: Readonly<Record<DistanceMetric, DistanceFunction>> = {
  l2: (vectors, query, distances) => eachVector(vectors, query, distances, l2OfFour, l2),
  cosine: cosine,
  inner_product: (vectors, query, distances) =>
    eachVector(vectors, query, distances, productOfFour, negatedProduct),
};

// oxlint-disable-next-line max-params -- an inner loop: an object per call would cost more than the call
type OfFour = (
  vectors: Float32Array,
  at: number,
  query: Float32Array,
  out: Float32Array,
  outAt: number,
) => void;
type OfOne = (vectors: Float32Array, at: number, query: Float32Array) => number;

// oxlint-disable-next-line max-params -- the arguments of a distance function, and its two loops
function eachVector(
  vectors: Float32Array,
  query: Float32Array,
  distances: Float32Array,
  ofFour: OfFour,
  ofOne: OfOne,
): void {
  const length = query.length;
  const count = distances.length;
  let row = 0;
  for (; row + 4 <= count; row += 4) ofFour(vectors, row * length, query, distances, row);
  for (; row < count; row++) distances[row] = ofOne(vectors, row * length, query);
}

// oxlint-disable-next-line max-params -- as OfFour
function l2OfFour(
  vectors: Float32Array,
  at: number,
  query: Float32Array,
  out: Float32Array,
  outAt: number,
): void {
  const length = query.length;
  const [second, third, fourth] = [at + length, at + 2 * length, at + 3 * length];
  let a = fround(0);
  let b = fround(0);
  let c = fround(0);
  let d = fround(0);
  for (let i = 0; i < length; i++) {
    const q = query[i]!;
    const da = fround(vectors[at + i]! - q);
    a = fround(a + fround(da * da));
    const db = fround(vectors[second + i]! - q);
    b = fround(b + fround(db * db));
    const dc = fround(vectors[third + i]! - q);
    c = fround(c + fround(dc * dc));
    const dd = fround(vectors[fourth + i]! - q);
    d = fround(d + fround(dd * dd));
  }
  out[outAt] = Math.sqrt(a);
  out[outAt + 1] = Math.sqrt(b);
  out[outAt + 2] = Math.sqrt(c);
  out[outAt + 3] = Math.sqrt(d);
}

function l2(vectors: Float32Array, at: number, query: Float32Array): number {
  let sum = fround(0);
  for (let i = 0; i < query.length; i++) {
    const difference = fround(vectors[at + i]! - query[i]!);
    sum = fround(sum + fround(difference * difference));
  }
  return Math.sqrt(sum);
}

// oxlint-disable-next-line max-params -- as OfFour
function productOfFour(
  vectors: Float32Array,
  at: number,
  query: Float32Array,
  out: Float32Array,
  outAt: number,
): void {
  const length = query.length;
  const [second, third, fourth] = [at + length, at + 2 * length, at + 3 * length];
  let a = fround(0);
  let b = fround(0);
  let c = fround(0);
  let d = fround(0);
  for (let i = 0; i < length; i++) {
    const q = query[i]!;
    a = fround(a + fround(vectors[at + i]! * q));
    b = fround(b + fround(vectors[second + i]! * q));
    c = fround(c + fround(vectors[third + i]! * q));
    d = fround(d + fround(vectors[fourth + i]! * q));
  }
  out[outAt] = -a;
  out[outAt + 1] = -b;
  out[outAt + 2] = -c;
  out[outAt + 3] = -d;
}

function negatedProduct(vectors: Float32Array, at: number, query: Float32Array): number {
  let sum = fround(0);
  for (let i = 0; i < query.length; i++) sum = fround(sum + fround(vectors[at + i]! * query[i]!));
  return -sum;
}

/** A vector of zeros has no direction: its distance is NaN, and it is never found. */
function cosine(vectors: Float32Array, query: Float32Array, distances: Float32Array): void {
  const length = query.length;
  const queryLength = Math.sqrt(-negatedProduct(query, 0, query));
  for (let row = 0, at = 0; row < distances.length; row++, at += length) {
    let product = fround(0);
    let square = fround(0);
    for (let i = 0; i < length; i++) {
      const x = vectors[at + i]!;
      product = fround(product + fround(x * query[i]!));
      square = fround(square + fround(x * x));
    }
    distances[row] = 1 - product / (Math.sqrt(square) * queryLength);
  }
}
