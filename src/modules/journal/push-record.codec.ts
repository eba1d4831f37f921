import { jsonText } from '../../common/codec/json-text.js';
import { JsonSyntaxError, readJsonText } from '../../common/codec/json-text-reader.js';
import { CorruptDataError } from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import type { JsonValue } from '../../common/model/json-value.js';
import type { OfflineRows } from '../offline-store/offline-store-writer.js';
import { encodeColumns } from '../offline-store/remote/offline-rows.codec.js';
import {
  decodeDataSource,
  encodeDataSource,
  optionalText,
  requireList,
  requireMap,
  requireText,
} from './data-source-json.codec.js';

/** One push, as it stands in the journal: with all that is needed to write it later, whatever the registry says then. */
export interface PushRecord {
  readonly pushSource: string;
  /** Pushes of one buffer count together for the size of a batch; those of the push source when nothing is said. */
  readonly buffer?: string;
  readonly receivedAtMs: number;
  /** The dead letter that it was. */
  readonly letter?: string;
  readonly appends: readonly RecordedAppend[];
}

export interface RecordedAppend {
  readonly source: DataSource;
  readonly rows: OfflineRows;
}

/** A record without its rows, and where those stand. */
export interface RecordSummary {
  readonly pushSource: string;
  /** Pushes of one buffer count together for the size of a batch. */
  readonly buffer: string;
  readonly receivedAtMs: number;
  readonly letter: string | undefined;
  readonly appends: readonly AppendSummary[];
}

export interface AppendSummary {
  /** The source as text: the same text, the same source. */
  readonly sourceText: string;
  readonly rows: number;
  /** In the payload. */
  readonly columnsAt: number;
  readonly columnsBytes: number;
}

const LENGTH_BYTES = 4;

/**
 * The payload of a frame.
 *
 * Shape:  bytes of the head (u32, little endian); the head, a JSON text that says of each append its source, its rows
 *         and the bytes of its columns; then the columns of each append, a JSON text of column → values. They stand
 *         outside the head so that they are nested no deeper than they were when they were sent.
 */
export function encodePushRecord({ pushSource, buffer, receivedAtMs, letter, appends }: PushRecord): Buffer {
  const columns = appends.map(({ rows }) => encodeColumns(rows));
  const summaries = appends.map(({ source, rows }, at) => summaryText(source, rows, columns[at]!.length));
  const head =
    `{"pushSource": ${jsonText(pushSource)}, "buffer": ${jsonText(buffer ?? pushSource)}, ` +
    `"receivedAtMs": ${receivedAtMs}, "letter": ${jsonText(letter ?? null)}, "appends": [${summaries.join(', ')}]}`;
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, Buffer.from(head, 'latin1'), ...columns]);
}

function summaryText(source: DataSource, { rows }: OfflineRows, columnsBytes: number): string {
  let text = sourceTexts.get(source);
  // A text within a text.
  if (text === undefined) sourceTexts.set(source, (text = jsonText(jsonText(encodeDataSource(source)))));
  return `{"source": ${text}, "rows": ${rows}, "columnsBytes": ${columnsBytes}}`;
}

/** A source stays the same object as long as the registry does: it is not printed for each push. */
const sourceTexts = new WeakMap<DataSource, string>();

/** Errors: CorruptDataError. */
export function decodeRecordSummary(payload: Buffer): RecordSummary {
  if (payload.length < LENGTH_BYTES) throw new CorruptDataError('A record that ends too early');
  const headEnd = LENGTH_BYTES + payload.readUInt32LE(0);
  const head = requireMap(parse(payload.toString('utf8', LENGTH_BYTES, headEnd)));
  let columnsAt = headEnd;
  const appends = requireList(head.get('appends')).map((value): AppendSummary => {
    const append = requireMap(value);
    const columnsBytes = requireCount(append.get('columnsBytes'));
    const at = columnsAt;
    columnsAt += columnsBytes;
    const sourceText = requireText(append.get('source'));
    return { sourceText, rows: requireCount(append.get('rows')), columnsAt: at, columnsBytes };
  });
  if (columnsAt !== payload.length) throw new CorruptDataError('A record whose rows are cut off');
  return {
    pushSource: requireText(head.get('pushSource')),
    buffer: requireText(head.get('buffer')),
    receivedAtMs: requireCount(head.get('receivedAtMs')),
    letter: optionalText(head.get('letter')),
    appends,
  };
}

/** Errors: CorruptDataError. */
export function decodeSourceText(text: string): DataSource {
  return decodeDataSource(parse(text));
}

/** Errors: CorruptDataError. */
export function decodeColumns(text: string, rows: number): OfflineRows {
  const columns = new Map([...requireMap(parse(text))].map(([name, values]) => [name, requireList(values)]));
  for (const [name, values] of columns) {
    if (values.length !== rows)
      throw new CorruptDataError(`Column ${name} has another length than the others`);
  }
  return { columns, rows };
}

function requireCount(value: JsonValue | undefined): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new CorruptDataError('Not a number where one should be');
}

function parse(text: string): JsonValue {
  try {
    return readJsonText(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new CorruptDataError(`A record that is not JSON: ${error.message}`);
  }
}
