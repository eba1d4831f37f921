import type { JsonWriter } from '../../common/codec/json-writer.js';
import { writeValueJson } from '../../common/codec/value-json.codec.js';
import { encodeValue } from '../../common/codec/value.codec.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import { ValueType, type FeaturePayload, type ValueTypeNumber } from '../../common/model/value.js';

/** Writes the values of a column of the request as the answer repeats them, separated by commas. */
export function writeEchoColumn(out: JsonWriter, column: EntityColumn): void {
  const { values } = column;
  for (let row = 0; row < values.length; row++) {
    if (row > 0) out.ascii(',');
    writeEcho(out, column, values[row] as FeaturePayload | null);
  }
}

function writeEcho(out: JsonWriter, column: EntityColumn, value: FeaturePayload | null): void {
  if (typeof value === 'number' && isIntegerType(column.type)) out.integer(value);
  else if (typeof value === 'string') out.string(value);
  else if (value === null) out.ascii('null');
  else {
    const bytes = encodeValue({ type: column.type, value });
    writeValueJson(out, bytes, 0, bytes.length);
  }
}

function isIntegerType(type: ValueTypeNumber): boolean {
  return type === ValueType.INT64 || type === ValueType.INT32 || type === ValueType.UNIX_TIMESTAMP;
}
