import type { EncodedRows } from './offline-store.js';
import { PackedCells } from '../../common/codec/packed-cells.js';

export interface PackedRows extends EncodedRows {
  readonly values: readonly PackedCells[];
}

/** Joins and cuts rows to batches of at most `batchRows`. */
export class RowBatches {
  private parts: PackedRows[] = [];
  private rows = 0;

  constructor(private readonly batchRows: number) {}

  /** The batches that are full now. */
  *add(rows: PackedRows): Generator<PackedRows> {
    let rest = rows;
    while (this.rows + rest.keys.length >= this.batchRows) {
      const taken = this.batchRows - this.rows;
      this.parts.push(slice(rest, 0, taken));
      rest = slice(rest, taken, rest.keys.length);
      yield this.flush();
    }
    if (rest.keys.length === 0) return;
    this.parts.push(rest);
    this.rows += rest.keys.length;
  }

  /** What is left. */
  *end(): Generator<PackedRows> {
    if (this.parts.length > 0) yield this.flush();
  }

  private flush(): PackedRows {
    const { parts } = this;
    this.parts = [];
    this.rows = 0;
    return parts.length === 1 ? parts[0]! : joined(parts);
  }
}

function slice(rows: PackedRows, start: number, end: number): PackedRows {
  if (start === 0 && end === rows.keys.length) return rows;
  return {
    keys: rows.keys.slice(start, end),
    values: rows.values.map((values) => values.slice(start, end)),
    eventTimesMicros: rows.eventTimesMicros.slice(start, end),
    createdTimesMicros: rows.createdTimesMicros?.slice(start, end),
  };
}

function joined(parts: readonly PackedRows[]): PackedRows {
  const [first] = parts;
  return {
    keys: parts.flatMap(({ keys }) => keys),
    values: first!.values.map((_, feature) => PackedCells.join(parts.map(({ values }) => values[feature]!))),
    eventTimesMicros: parts.flatMap(({ eventTimesMicros }) => eventTimesMicros),
    createdTimesMicros:
      first!.createdTimesMicros && parts.flatMap(({ createdTimesMicros }) => createdTimesMicros ?? []),
  };
}
