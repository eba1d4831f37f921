import { JsonSyntaxError, readJsonText } from '../../../common/codec/json-text-reader.js';
import { jsonText } from '../../../common/codec/json-text.js';
import { CorruptDataError } from '../../../common/errors/errors.js';
import type { JsonArray, JsonValue } from '../../../common/model/json-value.js';
import type { OfflineRows } from '../offline-store-writer.js';

/** Rows on their way to another process. */
export interface SentRows {
  /** JSON text of an object: column → values. It tells `1` from `1.0`, which a structured clone does not. */
  readonly columns: Uint8Array;
  readonly rows: number;
}

export function encodeOfflineRows(rows: OfflineRows): SentRows {
  return { columns: encodeColumns(rows), rows: rows.rows };
}

/** Shape: JSON text. What was sent as columns of lists stays as it was: to print it anew took as long as to check it. */
export function encodeColumns({ columns, text }: OfflineRows): Buffer {
  return text === undefined ? Buffer.from(jsonText(columns), 'latin1') : Buffer.from(text, 'utf8');
}

/** Errors: CorruptDataError. */
export function decodeOfflineRows({ columns, rows }: SentRows): OfflineRows {
  const { buffer, byteOffset, byteLength } = columns;
  const decoded = parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'));
  if (!(decoded instanceof Map)) throw new CorruptDataError('rows of another process are no object');
  const byName = decoded as ReadonlyMap<string, JsonValue>;
  for (const [name, values] of byName) {
    if (Array.isArray(values) && values.length === rows) continue;
    throw new CorruptDataError(`column ${name} of another process has not one value for each row`);
  }
  return { columns: byName as ReadonlyMap<string, JsonArray>, rows };
}

function parse(text: string): JsonValue {
  try {
    return readJsonText(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new CorruptDataError(`rows of another process are no JSON: ${error.message}`);
  }
}
