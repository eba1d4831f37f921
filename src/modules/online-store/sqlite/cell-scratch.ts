import { PackedCells } from '../../../common/codec/packed-cells.js';
import type { CellColumn } from '../../../common/model/write-batch.js';

/** Up to here a copy costs less than a view, of which the garbage collector has to know. */
const LONGEST_COPY = 48;

/**
 * Memory for the cells of one statement, used for one row after the other: SQLite copies what it is given. A view of each
 * cell was more than half of the garbage of a writer.
 */
export class CellScratch {
  /** By place and length. */
  private readonly copies: (Buffer | undefined)[] = [];

  /** A cell of a column. Valid until a cell is read into the same place. */
  read(column: CellColumn, row: number, place: number): Buffer {
    return column instanceof PackedCells ? this.readPacked(column, row, place) : viewOf(column, row);
  }

  private readPacked(column: PackedCells, row: number, place: number): Buffer {
    const start = column.offsets[row]!;
    const length = column.offsets[row + 1]! - start;
    if (length > LONGEST_COPY) return viewOf(column, row);
    // Each is as long as its cell: SQLite takes all of it.
    const copy = (this.copies[place * (LONGEST_COPY + 1) + length] ??= Buffer.alloc(length));
    const { bytes } = column;
    for (let at = 0; at < length; at++) copy[at] = bytes[start + at]!;
    return copy;
  }
}

function viewOf(column: CellColumn, row: number): Buffer {
  const { buffer, byteOffset, byteLength } = column.at(row)!;
  return Buffer.from(buffer, byteOffset, byteLength);
}
