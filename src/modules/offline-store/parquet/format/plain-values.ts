import type { StoredValue } from '../conversion/stored-value.js';
import { PhysicalType, type SchemaElement } from './schema-element.codec.js';

interface NumberForm {
  readonly size: number;
  write(bytes: Buffer, value: never, at: number): void;
}

const NUMBERS: ReadonlyMap<number, NumberForm> = new Map<number, NumberForm>([
  [PhysicalType.INT32, { size: 4, write: (bytes, value: number, at) => bytes.writeInt32LE(value, at) }],
  [PhysicalType.INT64, { size: 8, write: (bytes, value: bigint, at) => bytes.writeBigInt64LE(value, at) }],
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
    return Buffer.concat(values.flatMap((value) => [lengthOf(value as Buffer), value as Buffer]));
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

function lengthOf(value: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value.length);
  return bytes;
}
