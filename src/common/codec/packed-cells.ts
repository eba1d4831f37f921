import type { CellColumn } from '../model/write-batch.js';

/**
 * Cells one after the other in one piece of memory. An object for each cell, kept until its row is stored, would cost
 * more than to encode it.
 */
export class PackedCells implements CellColumn {
  /** `offsets[r]` until `offsets[r + 1]`: where in `bytes` the cell of row `r` stands. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly offsets: Uint32Array,
  ) {}

  /** All rows of some columns, in their order. */
  static join(columns: readonly PackedCells[]): PackedCells {
    const [only] = columns;
    if (only !== undefined && columns.length === 1) return only;
    const bytes = new Uint8Array(columns.reduce((sum, { size }) => sum + size, 0));
    const offsets = new Uint32Array(columns.reduce((sum, { length }) => sum + length, 1));
    let row = 0;
    let end = 0;
    for (const column of columns) {
      const shift = end - column.start;
      bytes.set(column.bytes.subarray(column.start, column.start + column.size), end);
      for (let at = 0; at < column.length; at++) offsets[row++] = column.offsets[at]! + shift;
      end += column.size;
    }
    offsets[row] = end;
    return new PackedCells(bytes, offsets);
  }

  get length(): number {
    return this.offsets.length - 1;
  }

  at(row: number): Uint8Array | undefined {
    if (row >= this.length) return undefined;
    const start = this.offsets[row]!;
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, this.offsets[row + 1]! - start);
  }

  /** The same memory. */
  slice(start: number, end: number): PackedCells {
    return new PackedCells(this.bytes, this.offsets.subarray(start, end + 1));
  }

  private get start(): number {
    return this.offsets[0]!;
  }

  private get size(): number {
    return this.offsets.at(-1)! - this.start;
  }
}
