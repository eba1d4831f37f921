import { isUtf8 } from 'node:buffer';
import { CorruptDataError } from '../errors/errors.js';
import { SHORT_TEXT_BYTES, varintSize, writeShortText } from './wire-text.js';

/** Wire types of the protobuf encoding. */
export const WireType = {
  VARINT: 0,
  FIXED64: 1,
  LENGTH: 2,
  GROUP_START: 3,
  GROUP_END: 4,
  FIXED32: 5,
} as const;
export type WireTypeNumber = (typeof WireType)[keyof typeof WireType];

/** Messages (and groups) inside messages: the limit of Feast's own protobuf reader. */
export const MAX_NESTING = 100;

const MAX_VARINT_BYTES = 10;
const TWO_32 = 2 ** 32;
const EMPTY = new Uint8Array(0);
const scratch = new DataView(new ArrayBuffer(8));

function corrupt(what: string): never {
  throw new CorruptDataError(`stored protobuf bytes are damaged: ${what}`);
}

/**
 * A cursor over a range of protobuf bytes. It can be used again with `reset`; narrowing `end` reads a
 * submessage in place.
 *
 * Shape:  callers loop while `pos < end`: `tag()`, then the reading method of the field or `skip(tag)`.
 * Errors: CorruptDataError from every method: truncated, over-long, out of range.
 * Source: protobuf wire encoding.
 */
export class WireReader {
  /** The halves of the last `varint64`, as signed 32-bit numbers. */
  low = 0;
  high = 0;

  constructor(
    public bytes: Uint8Array = EMPTY,
    public pos = 0,
    public end = bytes.length,
  ) {}

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.pos = start;
    this.end = end;
  }

  /** Field number and wire type, `field << 3 | type`, unsigned. */
  tag(): number {
    const first = this.pos < this.end ? this.bytes[this.pos]! : corrupt('a tag is cut off');
    if (first >= 8 && first < 0x80) {
      this.pos++;
      return first;
    }
    const start = this.pos;
    this.varint64();
    const tag = this.low >>> 0;
    if (this.high !== 0 || this.pos - start > 5 || tag < 8) corrupt('a tag is not a field number');
    return tag;
  }

  /** An unsigned number up to 2^53 - 1. */
  varint(): number {
    this.varint64();
    const value = (this.high >>> 0) * TWO_32 + (this.low >>> 0);
    return Number.isSafeInteger(value) ? value : corrupt('a number is too large');
  }

  /** Any 64-bit varint, left in `low` and `high`. */
  varint64(): void {
    const first = this.pos < this.end ? this.bytes[this.pos]! : corrupt('a number is cut off');
    if (first < 0x80) {
      this.pos++;
      this.low = first;
      this.high = 0;
      return;
    }
    this.longVarint64();
  }

  private longVarint64(): void {
    let low = 0;
    let high = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      if (this.pos >= this.end) corrupt('a number is cut off');
      const byte = this.bytes[this.pos++]!;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) {
        this.low = low;
        this.high = high;
        return;
      }
    }
    corrupt('a number has more than ten bytes');
  }

  /** An int64: a number when it is safe, else a bigint. */
  int64(): number | bigint {
    this.varint64();
    const value = this.high * TWO_32 + (this.low >>> 0);
    if (Number.isSafeInteger(value)) return value;
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  /** An int32 (longer varints are cut to 32 bits, as protobuf does). */
  int32(): number {
    this.varint64();
    return this.low;
  }

  bool(): boolean {
    this.varint64();
    return (this.low | this.high) !== 0;
  }

  float(): number {
    const at = this.advance(4) - 4;
    for (let i = 0; i < 4; i++) scratch.setUint8(i, this.bytes[at + i]!);
    return scratch.getFloat32(0, true);
  }

  double(): number {
    const at = this.advance(8) - 8;
    for (let i = 0; i < 8; i++) scratch.setUint8(i, this.bytes[at + i]!);
    return scratch.getFloat64(0, true);
  }

  /** Reads a length and returns the position after the payload; `pos` is then the start of the payload. */
  payloadEnd(): number {
    this.varint64();
    const end = this.pos + (this.low >>> 0);
    if (this.high !== 0 || end > this.end) corrupt('a length goes beyond the message');
    return end;
  }

  /** A length-delimited payload as a view of the same memory. */
  bytesView(): Uint8Array {
    const end = this.payloadEnd();
    const view = this.bytes.subarray(this.pos, end);
    this.pos = end;
    return view;
  }

  /** A string field. Errors: CorruptDataError also for bytes that are not UTF-8. */
  string(): string {
    const view = this.bytesView();
    if (!isUtf8(view)) corrupt('a text is not UTF-8');
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('utf8');
  }

  /** Passes over the field whose tag was just read. */
  skip(tag: number): void {
    switch (tag & 7) {
      case WireType.VARINT:
        return this.varint64();
      case WireType.FIXED64:
        return void this.advance(8);
      case WireType.LENGTH:
        this.pos = this.payloadEnd();
        return;
      case WireType.GROUP_START:
        return this.skipGroup(tag, 1);
      case WireType.FIXED32:
        return void this.advance(4);
      default:
        corrupt('an unknown wire type');
    }
  }

  private skipGroup(start: number, depth: number): void {
    if (depth > MAX_NESTING) corrupt('nested too deeply');
    for (;;) {
      const tag = this.tag();
      const type = tag & 7;
      if (type === WireType.GROUP_END) {
        if (tag !== start + 1) corrupt('a group ends that was not begun');
        return;
      }
      if (type === WireType.GROUP_START) this.skipGroup(tag, depth + 1);
      else this.skip(tag);
    }
  }

  private advance(count: number): number {
    if (this.end - this.pos < count) corrupt('a field is cut off');
    this.pos += count;
    return this.pos;
  }
}

/**
 * Protobuf bytes in a growable buffer, in the order of the calls.
 *
 * Shape:  `tag(field, type)` and then the payload, or `lengthDelimited` for a submessage.
 * Source: protobuf wire encoding.
 */
export class WireWriter {
  private buffer: Buffer;
  private used = 0;

  constructor(initialBytes = 64) {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(16, initialBytes));
  }

  get length(): number {
    return this.used;
  }

  reset(): void {
    this.used = 0;
  }

  tag(field: number, wireType: WireTypeNumber): void {
    this.varint(field * 8 + wireType);
  }

  /** An unsigned safe integer. */
  varint(n: number): void {
    if (n < 0) throw new RangeError('varint takes no negative numbers: use varint64');
    this.reserve(MAX_VARINT_BYTES);
    let rest = n;
    while (rest >= TWO_32) {
      // The low 32 bits of a double: no remainder of doubles, which is slow.
      this.buffer[this.used++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    let low = rest >>> 0;
    for (; low >= 0x80; low >>>= 7) this.buffer[this.used++] = (low & 0x7f) | 0x80;
    this.buffer[this.used++] = low;
  }

  /** A 64-bit integer in two's complement: ten bytes when negative. */
  varint64(n: bigint | number): void {
    if (n >= 0 && n <= Number.MAX_SAFE_INTEGER) return this.varint(Number(n));
    this.reserve(MAX_VARINT_BYTES);
    let rest = BigInt.asUintN(64, BigInt(n));
    while (rest >= 0x80n) {
      this.buffer[this.used++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.used++] = Number(rest);
  }

  /** Four bytes of a float32. */
  fixed32(value: number): void {
    this.reserve(4);
    this.used = this.buffer.writeFloatLE(value, this.used);
  }

  /** Eight bytes of a float64. */
  fixed64(value: number): void {
    this.reserve(8);
    this.used = this.buffer.writeDoubleLE(value, this.used);
  }

  /** A length and the bytes. */
  bytes(payload: Uint8Array): void {
    this.varint(payload.length);
    this.raw(payload);
  }

  /** A length and the UTF-8 of the text. Lone surrogates become U+FFFD: refuse them before. */
  string(text: string): void {
    this.reserve(SHORT_TEXT_BYTES);
    const end = writeShortText(this.buffer, this.used, text);
    if (end !== undefined) return void (this.used = end);
    const length = Buffer.byteLength(text, 'utf8');
    this.varint(length);
    this.reserve(length);
    this.used += this.buffer.write(text, this.used, length, 'utf8');
  }

  /** Bytes as they are, without a length. */
  raw(payload: Uint8Array): void {
    this.reserve(payload.length);
    this.buffer.set(payload, this.used);
    this.used += payload.length;
  }

  /** A submessage (or packed list): tag, length, and whatever `write` adds to this writer. */
  lengthDelimited(field: number, write: () => void): void {
    this.tag(field, WireType.LENGTH);
    const lengthAt = this.used;
    this.reserve(1);
    this.used++;
    write();
    const length = this.used - lengthAt - 1;
    if (length < 0x80) {
      this.buffer[lengthAt] = length;
      return;
    }
    const lengthBytes = varintSize(length);
    this.reserve(lengthBytes);
    this.buffer.copyWithin(lengthAt + lengthBytes, lengthAt + 1, this.used);
    this.used = lengthAt;
    this.varint(length);
    this.used = lengthAt + lengthBytes + length;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.buffer, 0, this.used);
  }

  private reserve(count: number): void {
    const needed = this.used + count;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.used);
    this.buffer = grown;
  }
}
