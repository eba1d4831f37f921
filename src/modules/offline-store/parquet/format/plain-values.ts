import type { StoredValue } from '../conversion/stored-value.js';
import { PhysicalType, type SchemaElement } from './schema-element.codec.js';

/**
 * Values one after the other, as the encoding PLAIN stores them; a boolean is still a byte of its own.
 *
 * Source: Encodings.md of Apache Parquet.
 */
export function plainValues({ physical }: SchemaElement, values: readonly StoredValue[]): Buffer {
  switch (physical) {
    case PhysicalType.BOOLEAN:
      return Buffer.from(values.map(Number));
    case PhysicalType.INT32:
      return fixed(values, 4, (bytes, value, at) => bytes.writeInt32LE(value as number, at));
    case PhysicalType.INT64:
      return fixed(values, 8, (bytes, value, at) => bytes.writeBigInt64LE(value as bigint, at));
    case PhysicalType.FLOAT:
      return fixed(values, 4, (bytes, value, at) => bytes.writeFloatLE(value as number, at));
    case PhysicalType.DOUBLE:
      return fixed(values, 8, (bytes, value, at) => bytes.writeDoubleLE(value as number, at));
    case PhysicalType.BYTE_ARRAY:
      return Buffer.concat(values.flatMap((value) => [lengthOf(value as Buffer), value as Buffer]));
    default:
      return Buffer.concat(values as readonly Buffer[]);
  }
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

type Write = (bytes: Buffer, value: StoredValue, at: number) => void;

function fixed(values: readonly StoredValue[], size: number, write: Write): Buffer {
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, i) => write(bytes, value, i * size));
  return bytes;
}

function lengthOf(value: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value.length);
  return bytes;
}
