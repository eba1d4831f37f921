import type { DistanceMetric } from '../../document-search.js';
import { bestRows } from './best-rows.js';
import { copyStoredVector } from './stored-vector.js';
import { DISTANCES } from './vector-distance.js';

const FLOAT_BYTES = 4;
const FIRST_ROWS = 1024;

/** Takes the memory that is asked for, or throws. */
export type MemoryBudget = (bytes: number) => void;

/** A document that was found, and how good it is: the lower the better. */
export interface RankedRow {
  readonly document: number;
  readonly score: number;
}

/** Rows that sqlite-vec keeps together. */
export const CHUNK_ROWS = 1024;

/**
 * Rows of equal distance in the order in which sqlite-vec, and so Feast, answers them: chunk by chunk, and in each the
 * last row first.
 */
function chunkOrder(a: number, b: number): number {
  const [chunkA, chunkB] = [Math.floor(a / CHUNK_ROWS), Math.floor(b / CHUNK_ROWS)];
  return chunkA === chunkB ? b - a : chunkA - chunkB;
}

/** The vectors of a view, one after the other, to be compared one by one. */
export class VectorPart {
  private vectors = new Float32Array(0);
  private documents = new Int32Array(0);
  private distances = new Float32Array(0);
  private rows = 0;
  /** Values that were no vector of the right length: they are never found. */
  skipped = 0;

  constructor(
    private readonly length: number,
    private readonly budget: MemoryBudget,
  ) {}

  get size(): number {
    return this.rows;
  }

  get bytes(): number {
    return this.vectors.byteLength + this.documents.byteLength + this.distances.byteLength;
  }

  /** In the order of the table. */
  add(document: number, value: Uint8Array): void {
    if (this.rows === this.documents.length) this.grow();
    if (copyStoredVector(value, this.vectors, this.rows * this.length, this.length)) {
      this.documents[this.rows++] = document;
    } else if (value.length > 0) {
      this.skipped++;
    }
  }

  /** The nearest documents of those that the mask lets through. */
  nearest(
    query: Float32Array,
    metric: DistanceMetric,
    { count, mask }: { readonly count: number; readonly mask: Uint8Array | undefined },
  ): RankedRow[] {
    const { length, documents } = this;
    const rows = mask && this.rowsThrough(mask);
    const vectors = rows ? this.vectorsOf(rows) : this.vectors.subarray(0, this.rows * length);
    if (this.distances.length !== this.rows) this.distances = new Float32Array(this.rows);
    const distances = this.distances.subarray(0, vectors.length / length);
    DISTANCES[metric](vectors, query, distances);
    const rowOf = (at: number): number => (rows ? rows[at]! : at);
    const order = (a: number, b: number): number => chunkOrder(rowOf(a), rowOf(b));
    return bestRows(distances, count, { order }).map((at) => ({
      document: documents[rowOf(at)]!,
      score: distances[at]!,
    }));
  }

  private rowsThrough(mask: Uint8Array): Int32Array {
    const rows = new Int32Array(this.rows);
    let count = 0;
    for (let row = 0; row < this.rows; row++) {
      if (mask[this.documents[row]!] === 1) rows[count++] = row;
    }
    return rows.subarray(0, count);
  }

  /** Few vectors of many are compared faster when they lie together. */
  private vectorsOf(rows: Int32Array): Float32Array {
    const { length, vectors } = this;
    const together = new Float32Array(rows.length * length);
    rows.forEach((row, at) => together.set(vectors.subarray(row * length, (row + 1) * length), at * length));
    return together;
  }

  private grow(): void {
    const capacity = Math.max(FIRST_ROWS, 2 * this.documents.length);
    this.budget(capacity * (this.length + 2) * FLOAT_BYTES);
    const vectors = new Float32Array(capacity * this.length);
    vectors.set(this.vectors);
    const documents = new Int32Array(capacity);
    documents.set(this.documents);
    this.vectors = vectors;
    this.documents = documents;
  }
}
