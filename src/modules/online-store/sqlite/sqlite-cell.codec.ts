import { readJsonText, JsonSyntaxError } from '../../../common/codec/json-text-reader.js';
import { pythonFloatText } from '../../../common/codec/number-text.js';
import { decodeValue } from '../../../common/codec/value.codec.js';
import { InvalidValueError } from '../../../common/errors/errors.js';
import { JsonFloat, type JsonValue } from '../../../common/model/json-value.js';
import {
  type FeatureScalar,
  type FeatureValue,
  NULL_TIMESTAMP,
  ValueType,
  type ValueTypeNumber,
  type ZonedTimestamp,
} from '../../../common/model/value.js';

/** What a column of SQLite takes. A bigint becomes an INTEGER, a number a REAL. */
export type SqliteCell = null | number | bigint | string | Uint8Array;

/** How many numbers a vector has when the view has no vector field. */
export const DEFAULT_VECTOR_LENGTH = 512;

const LARGEST_INTEGER = 2n ** 63n - 1n;
const FLOAT_BYTES = 4;

/** Types that have a text: the first byte of a value says which of them it is. */
const STRING_TAG = (ValueType.STRING << 3) | 2;
const FIRST_TEXT_TAG = STRING_TAG;
const LAST_TEXT_TAG = ValueType.BOOL << 3;

/** Lists of these types count as vectors, whatever the view says. */
const VECTOR_TYPES: ReadonlySet<ValueTypeNumber> = new Set([
  ValueType.BYTES_LIST,
  ValueType.INT32_LIST,
  ValueType.INT64_LIST,
  ValueType.FLOAT_LIST,
  ValueType.BOOL_LIST,
  ValueType.MAP_LIST,
]);

/**
 * The column `value_text` of a stored value.
 *
 * Shape:  `bytes` are a Value protobuf. Text as it is, numbers and booleans as Python prints them, else NULL.
 * Errors: CorruptDataError for bytes that are no such value.
 * Source: spec/online-store-sqlite.md, Rows; checked against rows that Feast wrote.
 */
export function valueText(bytes: Uint8Array): string | null {
  const tag = bytes[0];
  // The value of most other types is not needed, and may be large.
  if (tag === undefined || tag < FIRST_TEXT_TAG || tag > LAST_TEXT_TAG) return null;
  const value = decodeValue(bytes);
  switch (value?.type) {
    case ValueType.STRING:
      return value.value as string;
    case ValueType.INT32:
    case ValueType.INT64:
      return String(value.value);
    case ValueType.DOUBLE:
    case ValueType.FLOAT:
      return pythonFloatText(value.value as number);
    case ValueType.BOOL:
      return value.value === true ? 'True' : 'False';
    default:
      return null;
  }
}

/** The column `value_num`: numbers, and 1 or 0 for a boolean, else NULL. As `valueText` otherwise. */
export function valueNumber(bytes: Uint8Array): number | null {
  const tag = bytes[0];
  if (tag === undefined || tag <= STRING_TAG || tag > LAST_TEXT_TAG) return null;
  const value = decodeValue(bytes);
  return value === null ? null : Number(value.value);
}

/**
 * The column `vector_value` of a store with vectors.
 *
 * Shape:  the numbers of a list of floats, each in 4 bytes; of other values what Python makes of them, as far as
 *         SQLite can hold it. Feast fails where it cannot; here the column stays NULL.
 * Errors: InvalidValueError when a list that counts as a vector has not `length` floats; CorruptDataError.
 * Source: spec/online-store-sqlite.md, Rows; checked against rows that Feast wrote.
 */
export function vectorCell(bytes: Uint8Array, feature: string, length: number): SqliteCell {
  const value = decodeValue(bytes);
  if (value === null) return null;
  if (!VECTOR_TYPES.has(value.type)) return plainCell(value);
  const floats = value.type === ValueType.FLOAT_LIST ? (value.value as readonly number[]) : [];
  if (floats.length === length) return packedFloats(floats);
  throw new InvalidValueError(
    `feature ${feature}: a vector of ${length} floats is expected, found ` +
      (value.type === ValueType.FLOAT_LIST ? String(floats.length) : 'a list of another type'),
  );
}

/** Feast packs them in the order of the machine: little-endian on all that Node runs on. */
function packedFloats(floats: readonly number[]): Uint8Array {
  const packed = Buffer.alloc(FLOAT_BYTES * floats.length);
  floats.forEach((float, index) => packed.writeFloatLE(float, FLOAT_BYTES * index));
  return packed;
}

/** The types with one plain value. */
function plainCell({ type, value }: NonNullable<FeatureValue>): SqliteCell {
  switch (type) {
    case ValueType.STRING:
      return value as string;
    case ValueType.BYTES:
      return value as Uint8Array;
    case ValueType.INT32:
    case ValueType.INT64:
    case ValueType.BOOL:
      return BigInt(value as FeatureScalar as number);
    case ValueType.DOUBLE:
    case ValueType.FLOAT:
      return value as number;
    case ValueType.UNIX_TIMESTAMP:
      return timeCell(value as number | bigint);
    case ValueType.ZONED_TIMESTAMP:
      return timeCell((value as ZonedTimestamp).seconds);
    case ValueType.JSON:
      return jsonCell(value as string);
    default:
      return null;
  }
}

function timeCell(seconds: number | bigint): bigint | null {
  return seconds === NULL_TIMESTAMP ? null : BigInt(seconds);
}

function jsonCell(text: string): SqliteCell {
  let value: JsonValue;
  try {
    value = readJsonText(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return text;
    throw error;
  }
  if (value === null || typeof value === 'string') return value;
  if (value instanceof JsonFloat) return value.value;
  if (typeof value === 'object') return null;
  const integer = BigInt(value);
  return integer <= LARGEST_INTEGER && integer >= -LARGEST_INTEGER - 1n ? integer : null;
}
