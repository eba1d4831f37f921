import { pythonFloatText } from '../../../common/codec/number-text.js';
import { WireType } from '../../../common/codec/protobuf-wire.js';
import { ValueType } from '../../../common/model/value.js';

const INT32_TAG = (ValueType.INT32 << 3) | WireType.VARINT;
const INT64_TAG = (ValueType.INT64 << 3) | WireType.VARINT;
const DOUBLE_TAG = (ValueType.DOUBLE << 3) | WireType.FIXED64;
const FLOAT_TAG = (ValueType.FLOAT << 3) | WireType.FIXED32;

const NO_TAG = 0;

/** A tag and seven bytes of seven bits: the number is safe. */
const MAX_INTEGER_BYTES = 8;
/** Python cuts what is larger. */
const INT32_LIMIT = 2 ** 31;
const CONTINUES = 0x80;

const float = new Float32Array(1);
const floatBytes = new Uint8Array(float.buffer);
const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);

/**
 * The text of a number, if its bytes are one plain member as they nearly always are: without the objects that decoding
 * any value makes, which takes twice as long.
 *
 * Shape:  as `valueText`; undefined for all other bytes.
 */
export function numberText(bytes: Uint8Array): string | undefined {
  const tag: number = bytes[0] ?? NO_TAG;
  switch (tag) {
    case INT32_TAG:
      return integerText(bytes, INT32_LIMIT);
    case INT64_TAG:
      return integerText(bytes, Infinity);
    case DOUBLE_TAG:
      return bytes.length === 1 + doubleBytes.length ? floatText(bytes, double, doubleBytes) : undefined;
    case FLOAT_TAG:
      return bytes.length === 1 + floatBytes.length ? floatText(bytes, float, floatBytes) : undefined;
    default:
      return undefined;
  }
}

function integerText(bytes: Uint8Array, limit: number): string | undefined {
  const last = bytes.length - 1;
  if (last < 1 || last >= MAX_INTEGER_BYTES || bytes[last]! >= CONTINUES) return undefined;
  let value = 0;
  let unit = 1;
  for (let at = 1; at < last; at++, unit *= CONTINUES) {
    if (bytes[at]! < CONTINUES) return undefined;
    value += (bytes[at]! - CONTINUES) * unit;
  }
  value += bytes[last]! * unit;
  return value < limit ? String(value) : undefined;
}

function floatText(bytes: Uint8Array, number: Float32Array | Float64Array, memory: Uint8Array): string {
  for (let at = 0; at < memory.length; at++) memory[at] = bytes[at + 1]!;
  return pythonFloatText(number[0]!);
}
