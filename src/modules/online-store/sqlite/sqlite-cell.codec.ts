import { readJsonText, JsonSyntaxError } from '../../../common/codec/json-text-reader.js';
import { pythonFloatText } from '../../../common/codec/number-text.js';
import { decodeValue } from '../../../common/codec/value.codec.js';
import { InvalidValueError } from '../../../common/errors/errors.js';
import { JsonFloat, type JsonValue } from '../../../common/model/json-value.js';
import {
  NULL_TIMESTAMP,
  ValueType,
  type ValueTypeNumber,
  type ZonedTimestamp,
} from '../../../common/model/value.js';
import { numberText } from './sqlite-number-text.js';

/** What a column of SQLite takes. A bigint becomes an INTEGER, a number a REAL. */
export type SqliteCell = null | number | bigint | string | Uint8Array;

/** How many numbers a vector has when the view has no vector field. */
export const DEFAULT_VECTOR_LENGTH = 512;

const LARGEST_INTEGER = 2n ** 63n - 1n;
const FLOAT_BYTES = 4;

/** Types that have a text: the first byte of a value says which of them it is. */
const STRING_TAG = (ValueType.STRING << 3) | 2;
const FIRST_TEXT_TAG = STRING_TAG;
const BOOL_TAG = ValueType.BOOL << 3;
const LAST_TEXT_TAG = BOOL_TAG;

/** Lists of these types count as vectors, whatever the view says. */
const VECTOR_TYPES: ReadonlySet<ValueTypeNumber> = new Set([
  ValueType.BYTES_LIST,
  ValueType.INT32_LIST,
  ValueType.INT64_LIST,
  ValueType.FLOAT_LIST,
  ValueType.BOOL_LIST,
  ValueType.MAP_LIST,
]);

/** So many bytes are told by one. */
const SHORT_TEXT_BYTES = 0x80;
const BOOL_TEXTS: readonly string[] = ['False', 'True'];
const REPLACEMENT = '\uFFFD';

const integerText = (value: number | bigint): string => String(value);
const TEXTS: ReadonlyMap<ValueTypeNumber, (value: never) => string> = new Map<
  ValueTypeNumber,
  (value: never) => string
>([
  [ValueType.STRING, (value: string) => value],
  [ValueType.INT32, integerText],
  [ValueType.INT64, integerText],
  [ValueType.DOUBLE, pythonFloatText],
  [ValueType.FLOAT, pythonFloatText],
  [ValueType.BOOL, (value: boolean) => (value ? 'True' : 'False')],
]);

/** Types with one plain value. */
const PLAIN_CELLS: ReadonlyMap<ValueTypeNumber, (value: never) => SqliteCell> = new Map<
  ValueTypeNumber,
  (value: never) => SqliteCell
>([
  [ValueType.STRING, (value: string) => value],
  [ValueType.BYTES, (value: Uint8Array) => value],
  [ValueType.INT32, (value: number) => BigInt(value)],
  [ValueType.INT64, (value: number | bigint) => BigInt(value)],
  [ValueType.BOOL, (value: boolean) => BigInt(value)],
  [ValueType.DOUBLE, (value: number) => value],
  [ValueType.FLOAT, (value: number) => value],
  [ValueType.UNIX_TIMESTAMP, timeCell],
  [ValueType.ZONED_TIMESTAMP, ({ seconds }: ZonedTimestamp) => timeCell(seconds)],
  [ValueType.JSON, jsonCell],
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
  const text = numberText(bytes) ?? plainText(bytes);
  if (text !== undefined) return text;
  const value = decodeValue(bytes);
  return value === null ? null : (TEXTS.get(value.type)?.(value.value as never) ?? null);
}

/** A short text or a boolean that is one plain member, without the objects that decoding any value makes. */
function plainText(bytes: Uint8Array): string | undefined {
  const second = bytes[1] ?? SHORT_TEXT_BYTES;
  if (bytes[0] === BOOL_TAG) return bytes.length === 2 ? BOOL_TEXTS[second] : undefined;
  const isShort = second < SHORT_TEXT_BYTES && bytes.length === 2 + second;
  if (bytes[0] !== STRING_TAG || !isShort) return undefined;
  const text = asBuffer(bytes).toString('utf8', 2);
  // It may be there in place of what is no UTF-8.
  return text.includes(REPLACEMENT) ? undefined : text;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
  if (!VECTOR_TYPES.has(value.type)) return PLAIN_CELLS.get(value.type)?.(value.value as never) ?? null;
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
