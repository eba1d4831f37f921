import { JsonWriter } from '../../common/codec/json-writer.js';
import { writeEventTime } from '../../common/codec/timestamp.codec.js';
import { InvalidRequestError } from '../../common/errors/errors.js';
import { writeValueJson } from '../../common/codec/value-json.codec.js';
import type { CellSink } from '../online-store/online-store.js';

/** How the rows of a request map to the distinct rows that were read of one view. */
export interface ViewRows {
  readonly outputNames: readonly string[];
  /** `rowOf[i]`: which distinct row request row `i` is. Shared by views that are read by the same keys. */
  readonly rowOf: Int32Array;
  readonly distinctRows: number;
}

export interface OnlineResponseOptions {
  /** Of the store: else what is absent counts as a null that is there. */
  readonly tellsAbsentFromNull: boolean;
  /** The answer, and the cells that it is made of, may have so many bytes each. */
  readonly maxBytes: number;
}

const PRESENT = '"PRESENT"';
const NOT_FOUND = '"NOT_FOUND"';
const EPOCH = '"1970-01-01T00:00:00Z"';

/** Where the text of one cell stands in the scratch buffer; an end of 0 means that there is none. */
interface ViewCells {
  /** `[2 * (field * distinctRows + row)]` start, next one end. */
  readonly ranges: Int32Array;
  /** The same for the event time, by row: `[2 * row]`. */
  readonly times: Int32Array;
}

/**
 * The answer to one read, built from the bytes that the store reports without an object per cell: the text of
 * each cell goes to a scratch buffer as it comes, row by row, and is then copied into place, column by column.
 *
 * Errors: InvalidRequestError when it grows too large, from `cell` and `finish`.
 *
 * Use: `start`, then the store's read with this as its sink, then `echo` columns in order, then `finish`.
 */
export class OnlineResponse implements CellSink {
  private readonly scratch = new JsonWriter();
  private readonly out = new JsonWriter();
  private views: readonly ViewRows[] = [];
  private cells: ViewCells[] = [];
  private rows = 0;
  private absent = NOT_FOUND;
  private maxBytes = 0;
  private lastTimeMicros = Number.NaN;
  private lastTimeStart = 0;
  private lastTimeEnd = 0;

  /** Cells that were NaN or infinite, and are null in the answer. */
  nonFiniteCells = 0;

  start(rows: number, views: readonly ViewRows[], options: OnlineResponseOptions): void {
    this.rows = rows;
    this.views = views;
    this.absent = options.tellsAbsentFromNull ? NOT_FOUND : PRESENT;
    this.maxBytes = options.maxBytes;
    this.begin();
  }

  begin(): void {
    this.scratch.reset();
    // A range that ends at 0 means absent, so nothing may end there.
    this.scratch.ascii(EPOCH);
    this.nonFiniteCells = 0;
    this.lastTimeMicros = Number.NaN;
    this.cells = this.views.map(({ outputNames, distinctRows }) => ({
      ranges: new Int32Array(2 * outputNames.length * distinctRows),
      times: new Int32Array(2 * distinctRows),
    }));
  }

  row(view: number, row: number, eventTimeMicros: number): void {
    // Rows written together share their time: its text is written once.
    if (eventTimeMicros !== this.lastTimeMicros) {
      this.lastTimeStart = this.scratch.length;
      writeEventTime(this.scratch, eventTimeMicros);
      this.lastTimeEnd = this.scratch.length;
      this.lastTimeMicros = eventTimeMicros;
    }
    const { times } = this.cells[view] as ViewCells;
    times[2 * row] = this.lastTimeStart;
    times[2 * row + 1] = this.lastTimeEnd;
  }

  // oxlint-disable-next-line max-params -- the port: an object per cell would cost more than the cell
  cell(view: number, field: number, row: number, bytes: Uint8Array, start: number, end: number): void {
    const { scratch } = this;
    const { ranges } = this.cells[view] as ViewCells;
    const at = 2 * (field * (this.views[view] as ViewRows).distinctRows + row);
    ranges[at] = scratch.length;
    this.nonFiniteCells += writeValueJson(scratch, bytes, start, end);
    ranges[at + 1] = scratch.length;
    if (scratch.length > this.maxBytes) throw this.tooLarge();
  }

  /** `echo` writes the values of column `name` to the writer, separated by commas. */
  finish(echo: readonly { readonly name: string; readonly write: (out: JsonWriter) => void }[]): Buffer {
    const { out } = this;
    out.reset();
    out.ascii('{"results":[');
    echo.forEach((column, index) => {
      out.ascii(index === 0 ? '{"values":[' : ',{"values":[');
      column.write(out);
      out.ascii('],"statuses":[');
      this.repeat(PRESENT);
      out.ascii('],"event_timestamps":[');
      this.repeat(EPOCH);
      out.ascii(']}');
    });
    let first = echo.length === 0;
    this.views.forEach((view, index) => {
      this.viewColumns(view, this.cells[index] as ViewCells, first);
      first = first && view.outputNames.length === 0;
    });
    out.ascii('],"metadata":{"feature_names":[');
    [...echo.map(({ name }) => name), ...this.views.flatMap((view) => view.outputNames)].forEach(
      (name, index) => {
        if (index > 0) out.ascii(',');
        out.string(name);
      },
    );
    out.ascii(']}}');
    return out.toBuffer();
  }

  private viewColumns(view: ViewRows, cells: ViewCells, first: boolean): void {
    const { out } = this;
    let timesStart = 0;
    let timesEnd = 0;
    view.outputNames.forEach((_, field) => {
      out.ascii(first && field === 0 ? '{"values":[' : ',{"values":[');
      const absent = this.values(view, cells.ranges, field);
      out.ascii('],"statuses":[');
      if (absent === 0) this.repeat(PRESENT);
      else this.statuses(view, cells.ranges, field);
      out.ascii('],"event_timestamps":[');
      if (field === 0) {
        timesStart = out.length;
        this.eventTimes(view.rowOf, cells.times);
        timesEnd = out.length;
      } else {
        // All features of a view have the event times of its rows.
        out.raw(out.bytes, timesStart, timesEnd);
      }
      out.ascii(']}');
    });
  }

  /** Returns how many values are absent. */
  private values({ rowOf, distinctRows }: ViewRows, ranges: Int32Array, field: number): number {
    const { out, scratch, rows } = this;
    const base = field * distinctRows;
    let absent = 0;
    for (let row = 0; row < rows; row++) {
      if (row > 0) out.ascii(',');
      const at = 2 * (base + (rowOf[row] as number));
      const end = ranges[at + 1] as number;
      if (end === 0) {
        absent++;
        out.ascii('null');
      } else {
        out.raw(scratch.bytes, ranges[at] as number, end);
      }
      // Rows that repeat a large value would make more than there is memory for.
      if (out.length > this.maxBytes) throw this.tooLarge();
    }
    return absent;
  }

  private statuses({ rowOf, distinctRows }: ViewRows, ranges: Int32Array, field: number): void {
    const { out, rows } = this;
    const base = field * distinctRows;
    for (let row = 0; row < rows; row++) {
      if (row > 0) out.ascii(',');
      const end = ranges[2 * (base + (rowOf[row] as number)) + 1];
      out.ascii(end === 0 ? this.absent : PRESENT);
    }
  }

  private eventTimes(rowOf: Int32Array, times: Int32Array): void {
    const { out, scratch, rows } = this;
    for (let row = 0; row < rows; row++) {
      if (row > 0) out.ascii(',');
      const at = 2 * (rowOf[row] as number);
      const end = times[at + 1] as number;
      if (end === 0) out.ascii(EPOCH);
      else out.raw(scratch.bytes, times[at] as number, end);
    }
  }

  private tooLarge(): InvalidRequestError {
    return new InvalidRequestError(
      `The answer would have more than ${this.maxBytes} bytes, the most that is sent: ask for fewer rows or features`,
    );
  }

  private repeat(text: string): void {
    const { out, rows } = this;
    for (let row = 0; row < rows; row++) {
      if (row > 0) out.ascii(',');
      out.ascii(text);
    }
  }
}
