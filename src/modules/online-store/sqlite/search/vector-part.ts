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
    const { rows, length, documents } = this;
    if (this.distances.length !== rows) this.distances = new Float32Array(rows);
    const { distances } = this;
    DISTANCES[metric](this.vectors.subarray(0, rows * length), query, distances);
    const rowMask = mask && Uint8Array.from({ length: rows }, (_, row) => mask[documents[row]!]!);
    return bestRows(distances, count, { mask: rowMask, order: chunkOrder }).map((row) => ({
      document: documents[row]!,
      score: distances[row]!,
    }));
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
