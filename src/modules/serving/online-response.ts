import { JsonWriter } from '../../common/codec/json-writer.js';
import { ResponseCells, tooLarge, type ViewRows } from './response-cells.js';

/** What the statuses of an answer tell. */
export interface StatusRules {
  /** Status of what is not in the store. */
  readonly absent: 'NOT_FOUND' | 'PRESENT';
  /** Status of a stored null. */
  readonly storedNull: 'NULL_VALUE' | 'PRESENT';
  /** A row older than its TTL: `ignored`, or OUTSIDE_MAX_AGE with its values `kept` or `dropped`. */
  readonly stale: 'ignored' | 'kept' | 'dropped';
}

export interface OnlineResponseOptions {
  readonly statuses: StatusRules;
  /** The answer, and the cells that it is made of, may have so many bytes each. */
  readonly maxBytes: number;
}

/** A column that was not read from the store: what the request brought, or what was computed. */
export interface AnswerColumn {
  readonly name: string;
  /** Values in it: fewer than the answer has rows where a function of Feast's made it so. */
  readonly rows: number;
  /** Writes the values, separated by commas, and tells how many are null because they are not finite. */
  readonly write: (out: JsonWriter) => number;
  /** As Feast answers what was computed of nothing. */
  readonly withoutTimes?: boolean;
}

const NOTHING_COMPUTED: readonly AnswerColumn[] = [];

/** The statuses of values, in the order in which they are counted. */
export const VALUE_STATUSES = ['PRESENT', 'NOT_FOUND', 'NULL_VALUE', 'OUTSIDE_MAX_AGE'] as const;

const PRESENT = '"PRESENT"';
const STATUS_TEXTS = VALUE_STATUSES.map((status) => `"${status}"`);
const OUTSIDE_MAX_AGE = VALUE_STATUSES.indexOf('OUTSIDE_MAX_AGE');
const EPOCH = '"1970-01-01T00:00:00Z"';

/**
 * The answer to one read. Cells come row by row and are copied into place column by column; nothing is allocated per
 * cell. Made once and used again.
 *
 * Use:    `start`, then the store's read with `cells` as its sink, then `finish`.
 * Errors: InvalidRequestError when it grows too large, from `cells` and `finish`.
 */
export class OnlineResponse {
  readonly cells = new ResponseCells();
  private readonly out = new JsonWriter();
  private views: readonly ViewRows[] = [];
  private rows = 0;
  /** Where in the answer the end of a column stands that was not read, and for how many rows. */
  private readonly tail = { rows: -1, start: 0, end: 0 };
  private maxBytes = 0;
  /** Values of the answer: `[VALUE_STATUSES.length * view + status]`. */
  statusCounts = new Uint32Array();
  private rules: StatusRules = { absent: 'NOT_FOUND', storedNull: 'PRESENT', stale: 'ignored' };

  start(rows: number, views: readonly ViewRows[], { statuses, maxBytes }: OnlineResponseOptions): void {
    this.rows = rows;
    this.views = views;
    this.maxBytes = maxBytes;
    this.rules = statuses;
    const counts = views.length * VALUE_STATUSES.length;
    if (this.statusCounts.length === counts) this.statusCounts.fill(0);
    else this.statusCounts = new Uint32Array(counts);
    this.cells.start(views, maxBytes);
  }

  /** The columns of the request, then those of the views, then what was computed. */
  finish(echo: readonly AnswerColumn[], computed = NOTHING_COMPUTED): Buffer {
    const { out } = this;
    out.reset();
    this.tail.rows = -1;
    out.ascii('{"results":[');
    let columns = 0;
    for (const column of echo) this.answerColumn(column, columns++);
    this.views.forEach((view, index) => {
      this.viewColumns(view, index, columns);
      columns += view.outputNames.length;
    });
    for (const column of computed) this.answerColumn(column, columns++);
    out.ascii('],"metadata":{"feature_names":[');
    const read = this.views.flatMap((view) => view.outputNames);
    this.names([...echo.map(({ name }) => name), ...read, ...computed.map(({ name }) => name)]);
    out.ascii(']}}');
    return out.toBuffer();
  }

  private answerColumn({ rows, write, withoutTimes }: AnswerColumn, columnsBefore: number): void {
    const { out } = this;
    out.ascii(columnsBefore === 0 ? '{"values":[' : ',{"values":[');
    this.cells.nonFiniteCells += write(out);
    if (withoutTimes) out.ascii('],"statuses":[]}');
    else this.plainTail(rows);
    if (out.length > this.maxBytes) throw tooLarge(this.maxBytes);
  }

  /** Statuses and event times of a column that was not read: those of columns of one length are written once. */
  private plainTail(rows: number): void {
    const { out, tail } = this;
    if (tail.rows === rows) {
      out.raw(out.bytes, tail.start, tail.end);
      return;
    }
    tail.start = out.length;
    out.ascii('],"statuses":[');
    this.repeat(PRESENT, rows);
    out.ascii('],"event_timestamps":[');
    this.repeat(EPOCH, rows);
    out.ascii(']}');
    tail.rows = rows;
    tail.end = out.length;
  }

  private viewColumns(view: ViewRows, index: number, columnsBefore: number): void {
    const { out } = this;
    const { times } = this.cells.of(index);
    let timesStart = 0;
    let timesEnd = 0;
    for (let field = 0; field < view.outputNames.length; field++) {
      out.ascii(columnsBefore + field === 0 ? '{"values":[' : ',{"values":[');
      const plain = this.values(view, index, field);
      out.ascii('],"statuses":[');
      if (plain) this.allPresent(index);
      else this.statuses(view, index, field);
      out.ascii('],"event_timestamps":[');
      if (field === 0) {
        timesStart = out.length;
        this.eventTimes(view.rowOf, times);
        timesEnd = out.length;
      } else {
        // All features of a view have the event times of its rows.
        out.raw(out.bytes, timesStart, timesEnd);
      }
      out.ascii(']}');
    }
  }

  /** Returns true when every status is PRESENT whatever the rules say of single cells. */
  private values({ rowOf, distinctRows }: ViewRows, view: number, field: number): boolean {
    const { out, cells, rows, rules } = this;
    const { ranges, stale } = cells.of(view);
    const drops = rules.stale === 'dropped' && cells.staleRows > 0;
    const base = field * distinctRows;
    let plain = rules.storedNull === 'PRESENT' && (rules.stale === 'ignored' || cells.staleRows === 0);
    for (let row = 0; row < rows; row++) {
      if (row > 0) out.ascii(',');
      const distinctRow = rowOf[row] as number;
      const at = 2 * (base + distinctRow);
      const end = ranges[at + 1] as number;
      if (end === 0 || (drops && stale[distinctRow] === 1)) {
        plain = false;
        out.ascii('null');
      } else {
        out.raw(cells.scratch.bytes, ranges[at] as number, end);
      }
      // Rows that repeat a large value would make more than there is memory for.
      if (out.length > this.maxBytes) throw tooLarge(this.maxBytes);
    }
    return plain;
  }

  private allPresent(view: number): void {
    this.repeat(PRESENT, this.rows);
    const at = VALUE_STATUSES.length * view;
    this.statusCounts[at] = (this.statusCounts[at] as number) + this.rows;
  }

  private statuses({ rowOf, distinctRows }: ViewRows, view: number, field: number): void {
    const { out, cells, rows, rules, statusCounts } = this;
    const { ranges, stale } = cells.of(view);
    const [absent, storedNull] = [
      VALUE_STATUSES.indexOf(rules.absent),
      VALUE_STATUSES.indexOf(rules.storedNull),
    ];
    const base = field * distinctRows;
    const countsAt = VALUE_STATUSES.length * view;
    for (let row = 0; row < rows; row++) {
      if (row > 0) out.ascii(',');
      const distinctRow = rowOf[row] as number;
      const at = 2 * (base + distinctRow);
      let status = 0;
      if (ranges[at + 1] === 0) status = absent;
      else if (rules.stale !== 'ignored' && stale[distinctRow] === 1) status = OUTSIDE_MAX_AGE;
      else if (cells.isNull(ranges[at] as number)) status = storedNull;
      out.ascii(STATUS_TEXTS[status] as string);
      (statusCounts[countsAt + status] as number)++;
    }
  }

  private eventTimes(rowOf: Int32Array, times: Int32Array): void {
    const { out, cells, rows } = this;
    for (let row = 0; row < rows; row++) {
      if (row > 0) out.ascii(',');
      const at = 2 * (rowOf[row] as number);
      const end = times[at + 1] as number;
      if (end === 0) out.ascii(EPOCH);
      else out.raw(cells.scratch.bytes, times[at] as number, end);
    }
  }

  private names(names: readonly string[]): void {
    names.forEach((name, index) => {
      if (index > 0) this.out.ascii(',');
      this.out.string(name);
    });
  }

  private repeat(text: string, rows: number): void {
    const { out } = this;
    for (let row = 0; row < rows; row++) {
      if (row > 0) out.ascii(',');
      out.ascii(text);
    }
  }
}
