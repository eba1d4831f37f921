import { jsonText } from '../../common/codec/json-text.js';
import { JsonSyntaxError, readJsonText } from '../../common/codec/json-text-reader.js';
import { CorruptDataError } from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import type { JsonValue } from '../../common/model/json-value.js';
import type { OfflineRows } from '../offline-store/offline-store-writer.js';
import {
  decodeDataSource,
  encodeDataSource,
  requireList,
  requireMap,
  requireText,
} from './data-source-json.codec.js';

/** Rows that were acknowledged, and that the offline store never takes as they are. */
export interface DeadLetter {
  /** `SEGMENT/NUMBER` */
  readonly id: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly refusedAt: string;
  readonly pushSource: string;
  readonly source: DataSource;
  readonly rows: OfflineRows;
}

/** Shape: one line of JSON with its end, numbers with all their digits. */
export function encodeDeadLetter({ source, rows, ...texts }: DeadLetter): string {
  return `${jsonText(
    new Map<string, JsonValue>([
      ...Object.entries(texts),
      ['source', encodeDataSource(source)],
      ['rows', rows.rows],
      ['columns', rows.columns],
    ]),
  )}\n`;
}

/** Undefined for a line that is torn: it was never recorded. */
export function decodeDeadLetter(line: string): DeadLetter | undefined {
  try {
    const letter = requireMap(readJsonText(line));
    const text = (name: string) => requireText(letter.get(name));
    const columns = new Map(
      [...requireMap(letter.get('columns'))].map(([name, values]) => [name, requireList(values)]),
    );
    return {
      id: text('id'),
      reason: text('reason'),
      receivedAt: text('receivedAt'),
      refusedAt: text('refusedAt'),
      pushSource: text('pushSource'),
      source: decodeDataSource(letter.get('source')),
      rows: { columns, rows: Number(letter.get('rows')) },
    };
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof CorruptDataError) return undefined;
    throw error;
  }
}
