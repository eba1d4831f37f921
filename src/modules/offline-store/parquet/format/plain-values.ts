import type { StoredValue } from '../conversion/stored-value.js';
import { PhysicalType, type SchemaElement } from './schema-element.codec.js';

const TWO_32 = 2 ** 32;
const LENGTH_BYTES = 4;
/** Of one UTF-16 unit in UTF-8. */
const UNIT_BYTES = 3;

interface NumberForm {
  readonly size: number;
  write(bytes: Buffer, value: never, at: number): void;
}

const NUMBERS: ReadonlyMap<number, NumberForm> = new Map<number, NumberForm>([
  [PhysicalType.INT32, { size: 4, write: (bytes, value: number, at) => bytes.writeInt32LE(value, at) }],
  [PhysicalType.INT64, { size: 8, write: writeInt64 }],
  [PhysicalType.FLOAT, { size: 4, write: (bytes, value: number, at) => bytes.writeFloatLE(value, at) }],
  [PhysicalType.DOUBLE, { size: 8, write: (bytes, value: number, at) => bytes.writeDoubleLE(value, at) }],
]);

/**
 * Values one after the other, as the encoding PLAIN stores them; a boolean is still a byte of its own.
 *
 * Source: Encodings.md of Apache Parquet.
 */
export function plainValues({ physical }: SchemaElement, values: readonly StoredValue[]): Buffer {
  if (physical === PhysicalType.BOOLEAN) return Buffer.from(values.map(Number));
  if (physical === PhysicalType.BYTE_ARRAY) {
    return byteArrays(values as readonly (Buffer | string)[]);
  }
  const number = physical === undefined ? undefined : NUMBERS.get(physical);
  if (number === undefined) return Buffer.concat(values as readonly Buffer[]);
  const bytes = Buffer.alloc(values.length * number.size);
  values.forEach((value, i) => number.write(bytes, value as never, i * number.size));
  return bytes;
}

/** Eight booleans in a byte. */
export function packBooleans(booleans: Buffer): Buffer {
  const packed = Buffer.alloc(Math.ceil(booleans.length / 8));
  booleans.forEach((truth, i) => (packed[i >> 3]! |= truth << (i & 7)));
  return packed;
}

export function unpackBooleans(packed: Buffer, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, i) => (packed[i >> 3]! >> (i & 7)) & 1));
}

function writeInt64(bytes: Buffer, value: number | bigint, at: number): void {
  if (typeof value === 'bigint') {
    bytes.writeBigInt64LE(value, at);
    return;
  }
  bytes.writeInt32LE(value | 0, at);
  bytes.writeInt32LE(Math.floor(value / TWO_32), at + 4);
}

/** Each behind its length. A small Buffer for each, and one for its length, would cost more than to write them. */
function byteArrays(values: readonly (Buffer | string)[]): Buffer {
  let room = 0;
  for (const value of values)
    room += LENGTH_BYTES + value.length * (typeof value === 'string' ? UNIT_BYTES : 1);
  const bytes = Buffer.allocUnsafe(room);
  let end = 0;
  for (const value of values) {
    const start = end + LENGTH_BYTES;
    end = start + (typeof value === 'string' ? bytes.write(value, start) : value.copy(bytes, start));
    bytes.writeUInt32LE(end - start, start - LENGTH_BYTES);
  }
  // What is kept until the file is written takes no more than it needs.
  return 2 * end < room ? Buffer.from(bytes.subarray(0, end)) : bytes.subarray(0, end);
}
