import type { EncodedRows } from './offline-store.js';

/** Joins and cuts rows to batches of at most `batchRows`. */
export class RowBatches {
  private parts: EncodedRows[] = [];
  private rows = 0;

  constructor(private readonly batchRows: number) {}

  /** The batches that are full now. */
  *add(rows: EncodedRows): Generator<EncodedRows> {
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
  *end(): Generator<EncodedRows> {
    if (this.parts.length > 0) yield this.flush();
  }

  private flush(): EncodedRows {
    const { parts } = this;
    this.parts = [];
    this.rows = 0;
    return parts.length === 1 ? parts[0]! : joined(parts);
  }
}

function slice(rows: EncodedRows, start: number, end: number): EncodedRows {
  if (start === 0 && end === rows.keys.length) return rows;
  return {
    keys: rows.keys.slice(start, end),
    values: rows.values.map((values) => values.slice(start, end)),
    eventTimesMicros: rows.eventTimesMicros.slice(start, end),
    createdTimesMicros: rows.createdTimesMicros?.slice(start, end),
  };
}

function joined(parts: readonly EncodedRows[]): EncodedRows {
  const [first] = parts;
  return {
    keys: parts.flatMap(({ keys }) => keys),
    values: first!.values.map((_, feature) => parts.flatMap(({ values }) => values[feature]!)),
    eventTimesMicros: parts.flatMap(({ eventTimesMicros }) => eventTimesMicros),
    createdTimesMicros:
      first!.createdTimesMicros && parts.flatMap(({ createdTimesMicros }) => createdTimesMicros ?? []),
  };
}
