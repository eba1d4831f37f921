import { JsonWriter } from '../../common/codec/json-writer.js';
import { tooLarge } from '../serving/response-cells.js';
import type { AnswerColumn } from './document-rows.js';

/**
 * The answer to a search, as JSON text: columns as in an answer to a read.
 *
 * Errors: InvalidRequestError when it grows beyond `maxBytes`.
 */
export function writeSearchAnswer(columns: readonly AnswerColumn[], rows: number, maxBytes: number): Buffer {
  const out = new JsonWriter();
  out.ascii('{"results":[');
  columns.forEach((column, at) => {
    out.ascii(at === 0 ? '{"values":[' : ',{"values":[');
    separated(out, rows, (row) => column.value(out, row));
    out.ascii('],"statuses":[');
    separated(out, rows, (row) => out.ascii(`"${column.status(row)}"`));
    // Without documents Feast leaves the times out.
    if (rows > 0) {
      out.ascii('],"event_timestamps":[');
      separated(out, rows, (row) => column.time(out, row));
    }
    out.ascii(']}');
    if (out.length > maxBytes) throw tooLarge(maxBytes);
  });
  out.ascii('],"metadata":{"feature_names":[');
  separated(out, columns.length, (at) => out.string(columns[at]!.name));
  out.ascii(']}}');
  return out.toBuffer();
}

function separated(out: JsonWriter, count: number, write: (index: number) => void): void {
  for (let index = 0; index < count; index++) {
    if (index > 0) out.ascii(',');
    write(index);
  }
}
