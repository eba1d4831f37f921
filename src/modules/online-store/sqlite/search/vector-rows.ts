import { NotSupportedError } from '../../../../common/errors/errors.js';
import type { DistanceMetric } from '../../document-search.js';
import { GrowingNumbers } from './growing-numbers.js';
import { copyStoredVector } from './stored-vector.js';
import { BLOCK_ROWS, vectorKernels } from './vector-kernel.js';

/** Takes the memory that is asked for, or throws. */
export type MemoryBudget = (bytes: number) => void;

const FLOAT_BYTES = 4;
const PAGE_BYTES = 1 << 16;
/** Memory grows by at least a quarter. */
const GROWTH = 1.25;
/** Rows that are measured at a time. */
const STEP_ROWS = 4096;

/**
 * Vectors of one length, in blocks as `vector-kernel` wants them. Distances are bit for bit those of sqlite-vec 0.1.9, and
 * so of Feast, which makes each sum in single precision in the order of the numbers, too.
 *
 * Shape:  in the memory: the query, the numbers of one step, then the blocks.
 */
export class VectorRows {
  private readonly kernels = vectorKernels();
  private readonly outAt: number;
  private readonly blocksAt: number;
  private floats = new Float32Array(this.kernels.memory.buffer);
  private readonly scratch: Float32Array;
  /** The length of each vector as an arrow. */
  private readonly norms = new GrowingNumbers((length) => new Float64Array(length), Number.NaN);
  private rows = 0;

  constructor(
    private readonly length: number,
    private readonly budget: MemoryBudget,
  ) {
    this.scratch = new Float32Array(length);
    this.outAt = BLOCK_ROWS * Math.ceil(length / BLOCK_ROWS);
    this.blocksAt = this.outAt + STEP_ROWS;
  }

  get size(): number {
    return this.rows;
  }

  get bytes(): number {
    return this.kernels.memory.buffer.byteLength + this.norms.bytes;
  }

  clear(): void {
    this.rows = 0;
  }

  /** Puts a stored vector into the place of another, or behind the last. False when it is none of this length. */
  set(row: number, value: Uint8Array): boolean {
    const { scratch } = this;
    if (!copyStoredVector(value, scratch, 0, this.length)) return false;
    if (row === this.rows) this.makeRoom(++this.rows);
    const { floats } = this;
    let square = 0;
    for (let i = 0, at = this.placeOf(row); i < scratch.length; i++, at += BLOCK_ROWS) {
      const number = scratch[i]!;
      floats[at] = number;
      square = Math.fround(square + Math.fround(number * number));
    }
    this.norms.set(row, Math.sqrt(square));
    return true;
  }

  /** Moves the last vector before another; those in between make room. */
  moveLastTo(row: number): void {
    const last = this.rows - 1;
    const norm = this.norms.at(last);
    this.read(last);
    for (let to = last; to > row; to--) this.copy(to - 1, to);
    this.norms.insert(row, last, norm);
    const { floats, scratch } = this;
    for (let i = 0, at = this.placeOf(row); i < scratch.length; i++, at += BLOCK_ROWS)
      floats[at] = scratch[i]!;
  }

  /** Those behind it take its place. */
  remove(row: number): void {
    for (let to = row; to < this.rows - 1; to++) this.copy(to + 1, to);
    this.norms.remove(row, this.rows);
    this.rows--;
  }

  /** Writes `distances[row]`: for `inner_product` negated, so that the lower is the nearer; NaN for what has no direction. */
  measure(query: Float32Array, metric: DistanceMetric, distances: Float32Array): void {
    this.makeRoom(0);
    const { floats, outAt, blocksAt, length } = this;
    floats.set(query, 0);
    const kernel = metric === 'l2' ? this.kernels.l2 : this.kernels.product;
    for (let row = 0; row < this.rows; row += STEP_ROWS) {
      const count = Math.min(STEP_ROWS, this.rows - row);
      const block = (blocksAt + row * length) * FLOAT_BYTES;
      kernel(block, 0, length * FLOAT_BYTES, outAt * FLOAT_BYTES, Math.ceil(count / BLOCK_ROWS));
      distances.set(floats.subarray(outAt, outAt + count), row);
    }
    if (metric === 'cosine') this.turnIntoCosines(distances, normOf(query));
    else if (metric === 'inner_product') distances.forEach((product, row) => (distances[row] = -product));
  }

  private turnIntoCosines(products: Float32Array, queryNorm: number): void {
    for (let row = 0; row < products.length; row++) {
      products[row] = 1 - products[row]! / (this.norms.at(row) * queryNorm);
    }
  }

  /** Where the first number of a row is; the others follow at the distance of a block's rows. */
  private placeOf(row: number): number {
    const lane = row % BLOCK_ROWS;
    return this.blocksAt + (row - lane) * this.length + lane;
  }

  private copy(from: number, to: number): void {
    const { floats, length } = this;
    const [source, target] = [this.placeOf(from), this.placeOf(to)];
    for (let at = 0; at < length * BLOCK_ROWS; at += BLOCK_ROWS) floats[target + at] = floats[source + at]!;
  }

  private read(row: number): void {
    const { floats, scratch } = this;
    for (let i = 0, at = this.placeOf(row); i < scratch.length; i++, at += BLOCK_ROWS)
      scratch[i] = floats[at]!;
  }

  /** Errors: NotSupportedError for more than WebAssembly, or the machine, has. */
  private makeRoom(rows: number): void {
    const blocks = Math.ceil(rows / BLOCK_ROWS);
    const needed = (this.blocksAt + blocks * BLOCK_ROWS * this.length) * FLOAT_BYTES;
    const present = this.kernels.memory.buffer.byteLength;
    if (needed <= present) return;
    const bytes = Math.max(needed, present * GROWTH);
    this.budget(bytes);
    try {
      this.kernels.memory.grow(Math.ceil((bytes - present) / PAGE_BYTES));
    } catch (cause) {
      throw new NotSupportedError(`there is no memory for the vectors of this view: ${bytes} bytes`, {
        cause,
      });
    }
    this.floats = new Float32Array(this.kernels.memory.buffer);
  }
}

function normOf(vector: Float32Array): number {
  let square = 0;
  for (const number of vector) square = Math.fround(square + Math.fround(number * number));
  return Math.sqrt(square);
}
