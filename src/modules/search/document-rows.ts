import type { JsonWriter } from '../../common/codec/json-writer.js';
import { encodeValue } from '../../common/codec/value.codec.js';
import { writeValueJson } from '../../common/codec/value-json.codec.js';
import type { FeatureValue } from '../../common/model/value.js';
import type { StatusRules } from '../serving/online-response.js';
import type { ResponseCells } from '../serving/response-cells.js';

/** A column of the answer to a search; `row` counts the rows of the answer. */
export interface AnswerColumn {
  readonly name: string;
  readonly value: (out: JsonWriter, row: number) => void;
  readonly status: (row: number) => string;
  readonly time: (out: JsonWriter, row: number) => void;
}

const EPOCH = '"1970-01-01T00:00:00Z"';

/** What was read of the documents, as columns. `rowOf[i]` is the document whose features stand in row `i`. */
export class DocumentRows {
  constructor(
    private readonly cells: ResponseCells,
    private readonly rowOf: Int32Array,
    private readonly rules: StatusRules,
  ) {}

  feature(name: string, field: number): AnswerColumn {
    return {
      name,
      value: (out, row) => this.writeCell(out, field, row),
      status: (row) => this.statusOf(field, row),
      time: this.time,
    };
  }

  /** A number that was computed for each document; NaN where there is none. */
  computed(name: string, numbers: Float64Array): AnswerColumn {
    const numberOf = (row: number) => numbers[this.rowOf[row]!]!;
    return {
      name,
      value: (out, row) => writeSingle(out, numberOf(row)),
      status: (row) => (Number.isNaN(numberOf(row)) ? 'NOT_FOUND' : 'PRESENT'),
      time: this.time,
    };
  }

  private readonly time = (out: JsonWriter, row: number): void => {
    const { times } = this.cells.of(0);
    const at = 2 * this.rowOf[row]!;
    const end = times[at + 1]!;
    if (end === 0) out.ascii(EPOCH);
    else out.raw(this.cells.scratch.bytes, times[at]!, end);
  };

  /** The JSON text of a feature of a document. */
  writeCell(out: JsonWriter, field: number, row: number): void {
    const { ranges, stale } = this.cells.of(0);
    const document = this.rowOf[row]!;
    const at = this.rangeAt(field, document);
    const end = ranges[at + 1]!;
    if (end === 0 || (this.rules.stale === 'dropped' && stale[document] === 1)) out.ascii('null');
    else out.raw(this.cells.scratch.bytes, ranges[at]!, end);
  }

  private statusOf(field: number, row: number): string {
    const { ranges, stale } = this.cells.of(0);
    const document = this.rowOf[row]!;
    const at = this.rangeAt(field, document);
    if (ranges[at + 1] === 0) return this.rules.absent;
    if (this.rules.stale !== 'ignored' && stale[document] === 1) return 'OUTSIDE_MAX_AGE';
    return this.cells.isNull(ranges[at]!) ? this.rules.storedNull : 'PRESENT';
  }

  private rangeAt(field: number, document: number): number {
    return 2 * (field * this.rowOf.length + document);
  }
}

/** A column of values that every row has, with no time of their own. */
export function plainColumn(name: string, value: AnswerColumn['value']): AnswerColumn {
  return { name, value, status: () => 'PRESENT', time: (out) => out.ascii(EPOCH) };
}

export function writeFeatureValue(out: JsonWriter, value: FeatureValue): void {
  const bytes = encodeValue(value);
  writeValueJson(out, bytes, 0, bytes.length);
}

/** As Feast sends it: in single precision. */
export function writeSingle(out: JsonWriter, number: number): void {
  const single = Math.fround(number);
  if (Number.isFinite(single)) out.float(single);
  else out.ascii('null');
}
