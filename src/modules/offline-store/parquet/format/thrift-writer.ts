import { ThriftType, type ThriftField } from './thrift-reader.js';

const SHORT_LIST_LIMIT = 15;
const LONGEST_DELTA = 15;

/** The bytes of a struct. Shape: fields with rising ids. */
export function thriftStruct(fields: readonly ThriftField[]): Buffer {
  const parts: Buffer[] = [];
  let last = 0;
  for (const { id, type, bytes } of fields) {
    const delta = id - last;
    last = id;
    if (delta > 0 && delta <= LONGEST_DELTA) parts.push(Buffer.of((delta << 4) | type), bytes);
    else parts.push(Buffer.of(type), zigzag(BigInt(id)), bytes);
  }
  parts.push(Buffer.of(ThriftType.STOP));
  return Buffer.concat(parts);
}

export function i16Field(id: number, value: number): ThriftField {
  return { id, type: ThriftType.I16, bytes: zigzag(BigInt(value)) };
}

export function i32Field(id: number, value: number): ThriftField {
  return { id, type: ThriftType.I32, bytes: zigzag(BigInt(value)) };
}

export function i64Field(id: number, value: number | bigint): ThriftField {
  return { id, type: ThriftType.I64, bytes: zigzag(BigInt(value)) };
}

export function binaryField(id: number, value: Buffer | string): ThriftField {
  return { id, type: ThriftType.BINARY, bytes: thriftBinary(value) };
}

export function structField(id: number, fields: readonly ThriftField[]): ThriftField {
  return { id, type: ThriftType.STRUCT, bytes: thriftStruct(fields) };
}

/** Shape: items as `thriftStruct`, `thriftBinary` or `thriftInteger` make them. */
export function listField(id: number, itemType: number, items: readonly Buffer[]): ThriftField {
  const { length } = items;
  const header =
    length < SHORT_LIST_LIMIT
      ? Buffer.of((length << 4) | itemType)
      : Buffer.concat([Buffer.of(0xf0 | itemType), varint(BigInt(length))]);
  return { id, type: ThriftType.LIST, bytes: Buffer.concat([header, ...items]) };
}

export function thriftBinary(value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
}

export function thriftInteger(value: number): Buffer {
  return zigzag(BigInt(value));
}

function zigzag(value: bigint): Buffer {
  return varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
