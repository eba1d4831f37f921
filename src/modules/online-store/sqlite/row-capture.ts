import type { CellSink } from '../online-store.js';
import type { RowCache } from './row-cache.js';

/** What is read of one view, to be kept. */
export interface CapturedView {
  /** As the cache counts views. */
  readonly number: number;
  readonly fields: number;
  /** What is read, in this order. */
  readonly keys: readonly Uint8Array[];
  readonly hashes: Int32Array;
  /** `rows[i]`: which row of the request `keys[i]` is. */
  readonly rows: Int32Array;
}

const FIRST_BYTES = 1 << 12;
/** Larger scratch space is given back after use. */
const MAX_KEPT_BYTES = 1 << 20;
const NO_CELLS = new Int32Array();

let scratch = new Uint8Array(FIRST_BYTES);

/** Passes on what is read, under the row numbers of the request, and keeps it: that there is no such row, too. */
export class RowCapture implements CellSink {
  /** `[view][i]`: 1 when there is a row of that key. */
  private seen: readonly Uint8Array[] = [];
  /** The row whose cells are coming; its view is -1 when there is none. */
  private view = -1;
  private index = -1;
  private eventTimeMicros = Number.NaN;
  private ranges = NO_CELLS;
  private used = 0;

  constructor(
    private readonly views: readonly CapturedView[],
    private readonly cache: RowCache,
    private readonly sink: CellSink,
  ) {}

  begin(): void {
    this.seen = this.views.map(({ keys }) => new Uint8Array(keys.length));
    this.view = -1;
    this.sink.begin();
  }

  row(view: number, index: number, eventTimeMicros: number): void {
    this.keepRow();
    const { fields, rows } = this.views[view] as CapturedView;
    if (this.ranges.length !== 2 * fields) this.ranges = new Int32Array(2 * fields);
    this.ranges.fill(-1);
    this.view = view;
    this.index = index;
    this.eventTimeMicros = eventTimeMicros;
    this.used = 0;
    (this.seen[view] as Uint8Array)[index] = 1;
    this.sink.row(view, rows[index] as number, eventTimeMicros);
  }

  // oxlint-disable-next-line max-params -- the port: an object per cell would cost more than the cell
  cell(view: number, field: number, index: number, bytes: Uint8Array, start: number, end: number): void {
    const from = this.used;
    const to = from + end - start;
    if (to > scratch.length) makeRoom(from, to);
    for (let at = start, copyTo = from; at < end; at++) scratch[copyTo++] = bytes[at] as number;
    this.used = to;
    this.ranges[2 * field] = from;
    this.ranges[2 * field + 1] = to;
    const { rows } = this.views[view] as CapturedView;
    this.sink.cell(view, field, rows[index] as number, bytes, start, end);
  }

  /** Everything was read. */
  end(): void {
    this.keepRow();
    for (const [view, seen] of this.seen.entries()) {
      for (let index = seen.indexOf(0); index >= 0; index = seen.indexOf(0, index + 1)) {
        this.keep(view, index, Number.NaN);
      }
    }
    if (scratch.length > MAX_KEPT_BYTES) scratch = new Uint8Array(FIRST_BYTES);
  }

  /** The row whose cells came last has all of them. */
  private keepRow(): void {
    if (this.view >= 0) this.keep(this.view, this.index, this.eventTimeMicros);
    this.view = -1;
  }

  private keep(view: number, index: number, eventTimeMicros: number): void {
    const { number, keys, hashes } = this.views[view] as CapturedView;
    const isThere = !Number.isNaN(eventTimeMicros);
    this.cache.add(
      { view: number, hash: hashes[index] as number, bytes: keys[index] as Uint8Array },
      {
        eventTimeMicros,
        ranges: isThere ? this.ranges : NO_CELLS,
        bytes: scratch,
        cellBytes: isThere ? this.used : 0,
      },
    );
  }
}

function makeRoom(used: number, needed: number): void {
  const larger = new Uint8Array(Math.max(needed, 2 * scratch.length));
  larger.set(scratch.subarray(0, used));
  scratch = larger;
}
