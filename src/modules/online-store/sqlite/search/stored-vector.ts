import { decodeValue } from '../../../../common/codec/value.codec.js';
import { ValueType } from '../../../../common/model/value.js';

const FLOAT_BYTES = 4;

/** Tag of a list of floats, as two bytes; tag of its packed numbers. */
const LIST_TAG = [0x82, 0x01] as const;
const PACKED_TAG = 0x0a;

/**
 * Copies the vector of a stored value.
 *
 * Shape:   `value` are the bytes of a Value protobuf, a list of floats or doubles. They, and not the column
 *          `vector_value`, are what reads answer, and that column is old where a writer did not know of vectors.
 * Returns: false when it is no vector of so many numbers; nothing is copied then.
 * Errors:  CorruptDataError.
 */
export function copyStoredVector(
  value: Uint8Array,
  target: Float32Array,
  at: number,
  length: number,
): boolean {
  const start = packedStart(value, FLOAT_BYTES * length);
  if (start >= 0) {
    const bytes = new Uint8Array(target.buffer, target.byteOffset + FLOAT_BYTES * at, FLOAT_BYTES * length);
    bytes.set(value.subarray(start));
    return true;
  }
  const decoded = decodeValue(value);
  if (decoded?.type !== ValueType.FLOAT_LIST && decoded?.type !== ValueType.DOUBLE_LIST) return false;
  const numbers = decoded.value as readonly number[];
  if (numbers.length !== length) return false;
  target.set(numbers, at);
  return true;
}

/** Where the numbers begin in a value of the usual form: one list, packed; else -1. */
function packedStart(value: Uint8Array, bytes: number): number {
  if (value[0] !== LIST_TAG[0] || value[1] !== LIST_TAG[1]) return -1;
  const listAt = endOfVarint(value, 2);
  if (value[listAt] !== PACKED_TAG) return -1;
  const start = endOfVarint(value, listAt + 1);
  const isWhole = start + bytes === value.length && lengthAt(value, listAt + 1) === bytes;
  return isWhole && lengthAt(value, 2) === value.length - listAt ? start : -1;
}

function endOfVarint(bytes: Uint8Array, at: number): number {
  while ((bytes[at] ?? 0) > 0x7f) at++;
  return at + 1;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  let length = 0;
  for (let shift = 1; ; shift *= 128, at++) {
    const byte = bytes[at] ?? 0;
    length += (byte & 0x7f) * shift;
    if (byte < 0x80) return length;
  }
}
