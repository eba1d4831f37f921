import type { JsonWriter } from '../../common/codec/json-writer.js';
import { writeValueJson } from '../../common/codec/value-json.codec.js';
import { encodeValue } from '../../common/codec/value.codec.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import { ValueType, type FeaturePayload, type ValueTypeNumber } from '../../common/model/value.js';

/**
 * Writes the values of a column that was not read from the store, separated by commas: one that the answer repeats from
 * the request, or that was computed.
 *
 * Returns: how many numbers became `null` because they were not finite.
 */
export function writeColumn(out: JsonWriter, column: EntityColumn): number {
  const { values, type } = column;
  const isInteger = isIntegerType(type);
  const isFloat = type === ValueType.DOUBLE || type === ValueType.FLOAT;
  let nonFinite = 0;
  for (let row = 0; row < values.length; row++) {
    if (row > 0) out.ascii(',');
    const value = values[row] as FeaturePayload | null;
    if (typeof value === 'number' && isInteger) out.integer(value);
    else if (typeof value === 'number' && isFloat && Number.isFinite(value)) out.float(value);
    else if (typeof value === 'string') out.string(value);
    else nonFinite += writeOther(out, type, value);
  }
  return nonFinite;
}

function writeOther(out: JsonWriter, type: ValueTypeNumber, value: FeaturePayload | null): number {
  if (value === null) {
    out.ascii('null');
    return 0;
  }
  const bytes = encodeValue({ type, value });
  return writeValueJson(out, bytes, 0, bytes.length);
}

function isIntegerType(type: ValueTypeNumber): boolean {
  return type === ValueType.INT64 || type === ValueType.INT32 || type === ValueType.UNIX_TIMESTAMP;
}
