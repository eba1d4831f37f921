import type { DistanceMetric } from '../../document-search.js';
import { bestRows } from './best-rows.js';
import { GrowingNumbers } from './growing-numbers.js';
import { type MemoryBudget, VectorRows } from './vector-rows.js';

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

const NO_ROW = -1;

/** The vectors of a view in the order of the table, to be compared one by one. Values that are no vector are never found. */
export class VectorPart {
  private readonly vectors: VectorRows;
  /** By row. */
  private readonly documents = new GrowingNumbers((length) => new Int32Array(length), NO_ROW);
  private readonly rowIds = new GrowingNumbers((length) => new Float64Array(length), NO_ROW);
  /** By document. */
  private readonly rows = new GrowingNumbers((length) => new Int32Array(length), NO_ROW);
  private distances = new Float32Array(0);
  /** How many rows had to make room for others, or to close ranks, in all. */
  movedRows = 0;

  constructor(length: number, budget: MemoryBudget) {
    this.vectors = new VectorRows(length, budget);
  }

  get size(): number {
    return this.vectors.size;
  }

  get bytes(): number {
    const { vectors, documents, rowIds, rows, distances } = this;
    return vectors.bytes + documents.bytes + rowIds.bytes + rows.bytes + distances.byteLength;
  }

  clear(): void {
    this.vectors.clear();
    this.rows.clear();
  }

  /** What is stored of a document now; `rowId` is that of the table. */
  put(document: number, rowId: number, value: Uint8Array): void {
    const row = this.rows.at(document);
    if (row !== NO_ROW && this.rowIds.at(row) === rowId) {
      if (!this.vectors.set(row, value)) this.remove(document);
      return;
    }
    this.remove(document);
    if (this.vectors.set(this.size, value)) this.insert(document, rowId);
  }

  /** Nothing, when there is no vector of it. */
  remove(document: number): void {
    const row = this.rows.at(document);
    if (row === NO_ROW) return;
    const { size } = this;
    this.vectors.remove(row);
    this.documents.remove(row, size);
    this.rowIds.remove(row, size);
    this.rows.set(document, NO_ROW);
    this.numberFrom(row);
  }

  /** The nearest documents of those that the mask lets through. */
  nearest(
    query: Float32Array,
    metric: DistanceMetric,
    { count, mask }: { readonly count: number; readonly mask: Uint8Array | undefined },
  ): RankedRow[] {
    const { documents, size } = this;
    if (this.distances.length < size) this.distances = new Float32Array(2 * size);
    const distances = this.distances.subarray(0, size);
    this.vectors.measure(query, metric, distances);
    const rowMask = mask && this.maskOfRows(mask);
    return bestRows(distances, count, { mask: rowMask, order: chunkOrder }).map((row) => ({
      document: documents.at(row),
      score: distances[row]!,
    }));
  }

  private maskOfRows(mask: Uint8Array): Uint8Array {
    const rows = new Uint8Array(this.size);
    for (let row = 0; row < rows.length; row++) rows[row] = mask[this.documents.at(row)]!;
    return rows;
  }

  /** The last vector is that of a document that has no row yet. */
  private insert(document: number, rowId: number): void {
    const before = this.size - 1;
    const row = this.rowAfter(rowId, before);
    if (row < before) this.vectors.moveLastTo(row);
    this.documents.insert(row, before, document);
    this.rowIds.insert(row, before, rowId);
    this.rows.set(document, row);
    this.numberFrom(row + 1);
  }

  /** Where a row of the table belongs: nearly always behind all others. */
  private rowAfter(rowId: number, size: number): number {
    if (size === 0 || this.rowIds.at(size - 1) < rowId) return size;
    let [low, high] = [0, size];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rowIds.at(middle) < rowId) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private numberFrom(first: number): void {
    this.movedRows += this.size - first;
    for (let row = first; row < this.size; row++) this.rows.set(this.documents.at(row), row);
  }
}
