import { RedisProtocolError } from './redis-protocol-error.js';

const FIRST_CARRY_BYTES = 16 * 1024;
/** A buffer that grew beyond this for one element is given back after it. */
const KEPT_CARRY_BYTES = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const MINUS = 0x2d;
const ZERO = 0x30;
const ONE = 0x31;

const EMPTY = Buffer.alloc(0);

/**
 * The unread bytes of a connection: a chunk as it came, or, where the one before ended in the middle of an item, its
 * rest and the new chunk in one piece.
 *
 * Shape:  what is unread stands in `bytes` from `pos` until `end`; the reader moves `pos`.
 */
export class ReplyBuffer {
  bytes: Uint8Array = EMPTY;
  pos = 0;
  end = 0;
  /** Holds what the last chunk left unread. */
  private carry: Buffer = EMPTY;
  private carried = 0;
  /** Bytes from `pos` on that are known to hold no end of a line. */
  private scanned = 0;

  /** Everything before `pos` is read, though its lines were not looked for here. */
  moveTo(pos: number): void {
    if (pos > this.pos) this.scanned = 0;
    this.pos = pos;
  }

  take(chunk: Uint8Array): void {
    this.pos = 0;
    if (this.carried === 0) {
      this.bytes = chunk;
      this.end = chunk.length;
      return;
    }
    this.reserve(this.carried + chunk.length);
    this.carry.set(chunk, this.carried);
    this.bytes = this.carry;
    this.end = this.carried + chunk.length;
  }

  /** The chunk is read as far as it can be: its memory is not used any more. */
  keepRest(): void {
    const { bytes, pos, end } = this;
    if (pos === end) {
      if (this.carry.length > KEPT_CARRY_BYTES) this.carry = EMPTY;
    } else if (bytes !== this.carry) {
      this.carried = 0;
      this.reserve(end - pos);
      this.carry.set(bytes.subarray(pos, end));
    } else if (pos > 0) {
      this.carry.copyWithin(0, pos, end);
    }
    this.carried = end - pos;
    this.bytes = EMPTY;
  }

  private reserve(size: number): void {
    if (size <= this.carry.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.carry.length, FIRST_CARRY_BYTES));
    larger.set(this.carry.subarray(0, this.carried));
    this.carry = larger;
  }

  /** Where the CR of the line at `pos` stands; -1 when the line is not complete. */
  lineEnd(maxBytes: number): number {
    const { bytes, pos, end } = this;
    const stop = Math.min(end, pos + maxBytes);
    let at = pos + Math.max(1, this.scanned);
    while (at < stop && bytes[at] !== CR && bytes[at] !== LF) at++;
    if (at === pos + maxBytes) throw new RedisProtocolError(`a line of more than ${maxBytes} bytes`);
    if (at === end || (at === end - 1 && bytes[at] === CR)) {
      this.scanned = at - pos;
      return -1;
    }
    if (bytes[at] !== CR || bytes[at + 1] !== LF) throw new RedisProtocolError('a line without its end');
    this.scanned = 0;
    return at;
  }

  /** The number between the type and `lineEnd`; -1 is a null, where there may be one. */
  lengthUntil(lineEnd: number, maybeNull: boolean): number {
    const { bytes } = this;
    let at = this.pos + 1;
    if (maybeNull && lineEnd === at + 2 && bytes[at] === MINUS && bytes[at + 1] === ONE) return -1;
    let length = at === lineEnd ? Number.NaN : 0;
    for (; at < lineEnd; at++) {
      const digit = bytes[at]! - ZERO;
      length = digit >= 0 && digit <= 9 ? 10 * length + digit : Number.NaN;
    }
    if (Number.isNaN(length)) throw new RedisProtocolError('a length that is no number');
    return length;
  }
}
