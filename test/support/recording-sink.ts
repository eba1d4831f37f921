import type { CellSink } from '../../src/modules/online-store/online-store.js';

interface RecordedRow {
  readonly eventTimeMicros: number;
  /** Hexadecimal text by field. */
  readonly cells: Map<number, string>;
}

/** Keeps what a store reports, and throws when a report breaks the rules of `CellSink`. */
export class RecordingSink implements CellSink {
  attempts = 0;
  private readonly rows = new Map<string, RecordedRow>();

  begin(): void {
    this.attempts++;
    this.rows.clear();
  }

  row(view: number, row: number, eventTimeMicros: number): void {
    if (this.attempts === 0) throw new Error('row before begin');
    const place = placeOf(view, row);
    if (this.rows.has(place)) throw new Error(`row ${place} twice`);
    if (!Number.isInteger(eventTimeMicros)) throw new Error(`row ${place}: event time ${eventTimeMicros}`);
    this.rows.set(place, { eventTimeMicros, cells: new Map() });
  }

  cell(...[view, field, row, bytes, start, end]: Parameters<CellSink['cell']>): void {
    const place = placeOf(view, row);
    const recorded = this.rows.get(place);
    if (!recorded) throw new Error(`cell of ${place} before its row`);
    if (recorded.cells.has(field)) throw new Error(`field ${field} of ${place} twice`);
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
      throw new Error(`field ${field} of ${place}: range ${start} to ${end} of ${bytes.length} bytes`);
    }
    recorded.cells.set(field, Buffer.from(bytes.subarray(start, end)).toString('hex'));
  }

  /** `view/row @micros` and `view/row field=hex`, sorted: two reads that found the same give the same lines. */
  lines(): string[] {
    return [...this.rows].flatMap(([place, row]) => rowLines(place, row)).toSorted();
  }
}

export function rowLines(
  place: string,
  row: { eventTimeMicros: number; cells: Map<number, string> },
): string[] {
  const cells = [...row.cells].map(([field, hex]) => `${place} ${field}=${hex}`);
  return [`${place} @${row.eventTimeMicros}`, ...cells];
}

export function placeOf(view: number, row: number): string {
  return `${view}/${row}`;
}
