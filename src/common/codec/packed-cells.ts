import type { CellColumn } from '../model/write-batch.js';

/**
 * Cells one after the other in one piece of memory. An object for each cell, kept until its row is stored, would cost
 * more than to encode it.
 */
export class PackedCells implements CellColumn {
  /** `offsets[r]` until `offsets[r + 1]`: where in `bytes` the cell of row `r` stands. */
  constructor(
    readonly bytes: Uint8Array,
    readonly offsets: Uint32Array,
  ) {}

  /** All cells of some columns, in their order. What is packed already is not taken apart. */
  static of(columns: readonly CellColumn[]): PackedCells {
    return PackedCells.join(columns.map((column) => (isPacked(column) ? column : packed(column))));
  }

  /** All rows of some columns, in their order. Without a copy, where they are slices that follow each other. */
  static join(columns: readonly PackedCells[]): PackedCells {
    const [only] = columns;
    if (only !== undefined && columns.length === 1) return only;
    return areNeighbours(columns) ? whole(columns) : copied(columns);
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

  /** With nothing before the first cell, and nothing behind the last one: as little as can be sent. */
  get trimmed(): PackedCells {
    const { start, size } = this;
    if (start === 0) return new PackedCells(this.bytes.subarray(0, size), this.offsets);
    return new PackedCells(
      this.bytes.subarray(start, start + size),
      this.offsets.map((offset) => offset - start),
    );
  }

  get start(): number {
    return this.offsets[0]!;
  }

  get size(): number {
    return this.offsets.at(-1)! - this.start;
  }
}

function isPacked(column: CellColumn): column is PackedCells {
  return column instanceof PackedCells;
}

function packed(column: CellColumn): PackedCells {
  const offsets = new Uint32Array(column.length + 1);
  for (let row = 0; row < column.length; row++) offsets[row + 1] = offsets[row]! + column.at(row)!.length;
  const bytes = new Uint8Array(offsets[column.length]!);
  for (let row = 0; row < column.length; row++) bytes.set(column.at(row)!, offsets[row]);
  return new PackedCells(bytes, offsets);
}

/** Slices of one piece of memory, each of which begins where the one before it ends. */
function areNeighbours(columns: readonly PackedCells[]): boolean {
  for (let index = 1; index < columns.length; index++) {
    const [left, right] = [columns[index - 1]!, columns[index]!];
    const next = left.offsets.byteOffset + left.length * Uint32Array.BYTES_PER_ELEMENT;
    const isNext =
      left.bytes === right.bytes &&
      left.offsets.buffer === right.offsets.buffer &&
      right.offsets.byteOffset === next;
    if (!isNext) return false;
  }
  return columns.length > 0;
}

function whole(neighbours: readonly PackedCells[]): PackedCells {
  const [{ bytes, offsets }] = neighbours as [PackedCells];
  const cells = neighbours.reduce((sum, { length }) => sum + length, 0);
  return new PackedCells(bytes, new Uint32Array(offsets.buffer, offsets.byteOffset, cells + 1));
}

function copied(columns: readonly PackedCells[]): PackedCells {
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
