import { CorruptDataError } from '../../../../common/errors/errors.js';

/** Types of the compact protocol. */
export const ThriftType = {
  STOP: 0,
  TRUE: 1,
  FALSE: 2,
  I8: 3,
  I16: 4,
  I32: 5,
  I64: 6,
  DOUBLE: 7,
  BINARY: 8,
  LIST: 9,
  SET: 10,
  MAP: 11,
  STRUCT: 12,
  UUID: 13,
} as const;

/** A field as it stands in the bytes, without its header. */
export interface ThriftField {
  readonly id: number;
  readonly type: number;
  readonly bytes: Buffer;
}

const MAX_DEPTH = 64;
const MAX_VARINT_BYTES = 10;

/**
 * Reads the compact protocol of Thrift, of which parquet makes its metadata.
 *
 * Shape:  fields stay bytes until they are asked for, so that what this version does not know is kept as it was.
 * Errors: CorruptDataError (cut off, nested too deep, an unknown type).
 * Source: thrift-compact-protocol.md of Apache Thrift.
 */
export class ThriftReader {
  constructor(
    private readonly bytes: Buffer,
    private position = 0,
  ) {}

  get offset(): number {
    return this.position;
  }

  /** The fields of the struct that begins here; afterwards the position is behind it. */
  structFields(): ThriftField[] {
    const fields: ThriftField[] = [];
    let id = 0;
    for (;;) {
      const header = this.byte();
      const type = header & 0x0f;
      if (type === ThriftType.STOP) return fields;
      id = header >> 4 === 0 ? Number(this.zigzag()) : id + (header >> 4);
      const start = this.position;
      this.skip(type, 0);
      fields.push({ id, type, bytes: this.bytes.subarray(start, this.position) });
    }
  }

  /** The bytes of each item of the list that begins here. */
  listItems(): Buffer[] {
    const { size, type } = this.listHeader();
    const items: Buffer[] = [];
    for (let i = 0; i < size; i++) {
      const start = this.position;
      this.skipItem(type, 0);
      items.push(this.bytes.subarray(start, this.position));
    }
    return items;
  }

  binary(): Buffer {
    const length = this.length();
    const start = this.position;
    this.advance(length);
    return this.bytes.subarray(start, this.position);
  }

  integer(): bigint {
    return this.zigzag();
  }

  private skip(type: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new CorruptDataError('parquet metadata is nested too deep');
    switch (type) {
      case ThriftType.TRUE:
      case ThriftType.FALSE:
        return;
      case ThriftType.LIST:
      case ThriftType.SET:
        this.skipList(depth);
        return;
      case ThriftType.MAP:
        this.skipMap(depth);
        return;
      case ThriftType.STRUCT:
        this.skipStruct(depth);
        return;
      default:
        this.skipScalar(type);
    }
  }

  private skipScalar(type: number): void {
    switch (type) {
      case ThriftType.I8:
        this.advance(1);
        return;
      case ThriftType.I16:
      case ThriftType.I32:
      case ThriftType.I64:
        this.varint();
        return;
      case ThriftType.DOUBLE:
        this.advance(8);
        return;
      case ThriftType.BINARY:
        this.advance(this.length());
        return;
      case ThriftType.UUID:
        this.advance(16);
        return;
      default:
        throw new CorruptDataError(`parquet metadata holds a type that Thrift does not have (${type})`);
    }
  }

  private skipStruct(depth: number): void {
    for (;;) {
      const header = this.byte();
      const type = header & 0x0f;
      if (type === ThriftType.STOP) return;
      if (header >> 4 === 0) this.varint();
      this.skip(type, depth + 1);
    }
  }

  private skipList(depth: number): void {
    const { size, type } = this.listHeader();
    for (let i = 0; i < size; i++) this.skipItem(type, depth + 1);
  }

  private skipMap(depth: number): void {
    const size = this.length();
    if (size === 0) return;
    const types = this.byte();
    for (let i = 0; i < size; i++) {
      this.skipItem(types >> 4, depth + 1);
      this.skipItem(types & 0x0f, depth + 1);
    }
  }

  /** In a list, truth is a byte of its own. */
  private skipItem(type: number, depth: number): void {
    if (type === ThriftType.TRUE || type === ThriftType.FALSE) this.advance(1);
    else this.skip(type, depth);
  }

  private listHeader(): { size: number; type: number } {
    const header = this.byte();
    const size = header >> 4 === 0x0f ? this.length() : header >> 4;
    return { size, type: header & 0x0f };
  }

  private zigzag(): bigint {
    const value = this.varint();
    return (value >> 1n) ^ -(value & 1n);
  }

  private length(): number {
    const length = this.varint();
    if (length > BigInt(this.bytes.length - this.position)) throw cutOff();
    return Number(length);
  }

  private varint(): bigint {
    let value = 0n;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return value;
    }
    throw new CorruptDataError('parquet metadata holds a number that is too long');
  }

  private byte(): number {
    const byte = this.bytes[this.position++];
    if (byte === undefined) throw cutOff();
    return byte;
  }

  private advance(count: number): void {
    this.position += count;
    if (this.position > this.bytes.length) throw cutOff();
  }
}

function cutOff(): CorruptDataError {
  return new CorruptDataError('parquet metadata is cut off');
}
