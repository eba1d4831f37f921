import type { DistanceMetric } from '../../document-search.js';
import { copyStoredVector } from './stored-vector.js';
import { DISTANCES } from './vector-distance.js';

const FLOAT_BYTES = 4;
const FIRST_ROWS = 1024;

/** Takes the memory that is asked for, or throws. */
export type MemoryBudget = (bytes: number) => void;

/** Vectors of one length, one after the other. */
export class VectorRows {
  private vectors = new Float32Array(0);
  private rows = 0;

  constructor(
    private readonly length: number,
    private readonly budget: MemoryBudget,
  ) {}

  get size(): number {
    return this.rows;
  }

  get bytes(): number {
    return this.vectors.byteLength;
  }

  /** Puts a stored vector into the place of another, or behind the last. False when it is none of this length. */
  set(row: number, value: Uint8Array): boolean {
    if (row === this.rows) this.makeRoom();
    const isVector = copyStoredVector(value, this.vectors, row * this.length, this.length);
    if (isVector && row === this.rows) this.rows++;
    return isVector;
  }

  /** Moves the last vector before another; those in between make room. */
  moveLastTo(row: number): void {
    const { vectors, length } = this;
    const last = vectors.slice((this.rows - 1) * length, this.rows * length);
    vectors.copyWithin((row + 1) * length, row * length, (this.rows - 1) * length);
    vectors.set(last, row * length);
  }

  /** Those behind it take its place. */
  remove(row: number): void {
    this.vectors.copyWithin(row * this.length, (row + 1) * this.length, this.rows * this.length);
    this.rows--;
  }

  /** Writes `distances[row]`. */
  measure(query: Float32Array, metric: DistanceMetric, distances: Float32Array): void {
    DISTANCES[metric](this.vectors.subarray(0, this.rows * this.length), query, distances);
  }

  private makeRoom(): void {
    const capacity = this.vectors.length / this.length;
    if (this.rows < capacity) return;
    const more = Math.max(FIRST_ROWS, 2 * capacity);
    this.budget(more * this.length * FLOAT_BYTES);
    const vectors = new Float32Array(more * this.length);
    vectors.set(this.vectors);
    this.vectors = vectors;
  }
}
