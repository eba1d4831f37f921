import type { Pooling } from '../../../common/config/search.config.js';

/** As in PyTorch: what is divided by at least. */
const SMALLEST_NORM = 1e-12;

/** Numbers of one text as a model answers them. */
export interface ModelAnswer {
  /** `[1, length]`, or `[1, tokens, length]`. */
  readonly dims: readonly number[];
  readonly numbers: Float32Array;
}

/** One vector of what a model answers: that of the text itself, or that of its tokens together. */
export function pooledVector({ dims, numbers }: ModelAnswer, pooling: Pooling): Float32Array {
  const length = dims.at(-1) ?? 0;
  if (dims.length === 2 || pooling === 'cls') return numbers.slice(0, length);
  const tokens = numbers.length / length;
  const mean = new Float64Array(length);
  numbers.forEach((value, at) => {
    mean[at % length] = (mean[at % length] as number) + value / tokens;
  });
  return Float32Array.from(mean);
}

/** The vector of the same direction that has the length 1; one without a direction stays. */
export function normalizedVector(vector: Float32Array): Float32Array {
  const norm = Math.max(Math.hypot(...vector), SMALLEST_NORM);
  return vector.map((value) => value / norm);
}
