import { JsonWriter } from '../../common/codec/json-writer.js';
import { writeEventTime } from '../../common/codec/timestamp.codec.js';
import { writeValueJson } from '../../common/codec/value-json.codec.js';
import { InvalidRequestError } from '../../common/errors/errors.js';
import type { CellSink } from '../online-store/online-store.js';

/** How the rows of a request map to the distinct rows that were read of one view. */
export interface ViewRows {
  readonly outputNames: readonly string[];
  /** `rowOf[i]`: which distinct row request row `i` is. Shared by views that are read by the same keys. */
  readonly rowOf: Int32Array;
  readonly distinctRows: number;
  /** A row whose event is older than this is stale; 0 for never. */
  readonly ttlMs: number;
}

const NULL_TEXT = 'null';
const FIRST_OF_NULL = NULL_TEXT.charCodeAt(0);

/** Where the texts of one view stand in the scratch buffer: start and end; an end of 0 means that there is none. */
interface ViewCells {
  /** `[2 * (field * distinctRows + row)]`. */
  readonly ranges: Int32Array;
  /** Event times: `[2 * row]`. */
  readonly times: Int32Array;
  /** `[row]`: 1 for stale. */
  readonly stale: Uint8Array;
}

/**
 * What a store reports for one request, cell by cell and row by row, as JSON text in a scratch buffer that is used
 * again for the next one.
 *
 * Errors: InvalidRequestError from `cell` when the texts grow beyond the limit.
 */
export class ResponseCells implements CellSink {
  readonly scratch = new JsonWriter();
  private views: readonly ViewRows[] = [];
  private cells: ViewCells[] = [];
  private maxBytes = 0;
  private nowMs = 0;
  private lastTimeMicros = Number.NaN;
  private lastTimeStart = 0;
  private lastTimeEnd = 0;

  /** Cells that were NaN or infinite, and are null in the answer. */
  nonFiniteCells = 0;
  staleRows = 0;

  start(views: readonly ViewRows[], maxBytes: number): void {
    this.views = views;
    this.maxBytes = maxBytes;
    this.begin();
  }

  begin(): void {
    this.scratch.reset();
    // A range that ends at 0 means absent, so nothing may end there.
    this.scratch.ascii(NULL_TEXT);
    this.nonFiniteCells = 0;
    this.staleRows = 0;
    this.nowMs = Date.now();
    this.lastTimeMicros = Number.NaN;
    this.cells = this.views.map(({ outputNames, distinctRows }) => ({
      ranges: new Int32Array(2 * outputNames.length * distinctRows),
      times: new Int32Array(2 * distinctRows),
      stale: new Uint8Array(distinctRows),
    }));
  }

  /** The answer says `eventTimeMicros`; `dataTimeMicros` decides whether the row is stale, NaN that it is not. */
  row(view: number, row: number, eventTimeMicros: number, dataTimeMicros = eventTimeMicros): void {
    // Rows written together share their time: its text is written once.
    if (eventTimeMicros !== this.lastTimeMicros) {
      this.lastTimeStart = this.scratch.length;
      writeEventTime(this.scratch, eventTimeMicros);
      this.lastTimeEnd = this.scratch.length;
      this.lastTimeMicros = eventTimeMicros;
    }
    const { times, stale } = this.cells[view] as ViewCells;
    times[2 * row] = this.lastTimeStart;
    times[2 * row + 1] = this.lastTimeEnd;
    const { ttlMs } = this.views[view] as ViewRows;
    if (ttlMs > 0 && this.nowMs - dataTimeMicros / 1000 > ttlMs) {
      stale[row] = 1;
      this.staleRows++;
    }
  }

  // oxlint-disable-next-line max-params -- the port: an object per cell would cost more than the cell
  cell(view: number, field: number, row: number, bytes: Uint8Array, start: number, end: number): void {
    const { scratch } = this;
    const { ranges } = this.cells[view] as ViewCells;
    const at = 2 * (field * (this.views[view] as ViewRows).distinctRows + row);
    ranges[at] = scratch.length;
    this.nonFiniteCells += writeValueJson(scratch, bytes, start, end);
    ranges[at + 1] = scratch.length;
    if (scratch.length > this.maxBytes) throw tooLarge(this.maxBytes);
  }

  of(view: number): ViewCells {
    return this.cells[view] as ViewCells;
  }

  /** The cell whose text begins at `start` holds a null, or what is written as one. */
  isNull(start: number): boolean {
    return this.scratch.bytes[start] === FIRST_OF_NULL;
  }
}

export function tooLarge(maxBytes: number): InvalidRequestError {
  return new InvalidRequestError(
    `The answer would have more than ${maxBytes} bytes, the most that is sent: ask for fewer rows or features`,
  );
}
