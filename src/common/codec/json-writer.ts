import { ESCAPES, LONG_ESCAPE, NON_ASCII, PLAIN, utf8SequenceLength } from './json-escape.js';
import { pythonFloatText } from './number-text.js';

const INITIAL_BYTES = 16 * 1024;
/** A buffer that grew beyond this for one answer is given back at the next `reset`. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** Up to here a loop copies bytes faster than the engine, whose calls have a fixed cost. */
const LOOP_BYTES = 48;
/** Beyond this the engine's base64 is worth its intermediate text. */
const BASE64_LOOP_BYTES = 256;
/** The longest number: a sign and 19 digits, or 24 characters of a float. */
const NUMBER_BYTES = 32;

const TWO_32 = 2 ** 32;
/** Both limits of a safe integer lie between these high halves. */
const SAFE_HIGH = 2 ** 21;
const EIGHT_DIGITS = 1e8;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** Floats with up to six decimals and up to 15 digits in all are written without the engine's help. */
const DECIMALS = 6;
const DECIMAL_SCALE = 1e6;
const DECIMAL_MIN = 1e-4;
const DECIMAL_LIMIT = 1e9;

const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const HEX = Buffer.from('0123456789abcdef');
const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
/** `00` to `99`. */
const DIGIT_PAIRS = Buffer.from(Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0')).join(''));

/**
 * JSON text in a growable byte buffer. Nothing is allocated per write, except for floats with many digits and
 * texts that need escapes. Made once and used again: `reset` keeps the buffer, unless it became huge.
 *
 * Shape:  UTF-8, in the order of the calls; commas, colons and brackets are the caller's.
 * Source: spec/values.md part 4.
 */
export class JsonWriter {
  private readonly initialBytes: number;
  private buffer: Buffer;
  private used = 0;

  constructor(initialBytes = INITIAL_BYTES) {
    this.initialBytes = initialBytes;
    this.buffer = Buffer.allocUnsafeSlow(initialBytes);
  }

  /** Bytes written since the last `reset`. */
  get length(): number {
    return this.used;
  }

  /** The memory behind: the first `length` bytes are the text. Valid until the next write. */
  get bytes(): Uint8Array {
    return this.buffer;
  }

  reset(): void {
    this.used = 0;
    if (this.buffer.length > KEPT_BYTES) this.buffer = Buffer.allocUnsafeSlow(this.initialBytes);
  }

  /** Takes back what was written after the first `length` bytes. */
  truncate(length: number): void {
    if (length < this.used) this.used = Math.max(0, length);
  }

  /** A copy of the text. */
  toBuffer(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.used));
  }

  /** Text as it is; ASCII only. */
  ascii(text: string): void {
    const length = text.length;
    this.reserve(length);
    if (length > LOOP_BYTES) {
      this.used += this.buffer.write(text, this.used, 'latin1');
      return;
    }
    const buffer = this.buffer;
    let to = this.used;
    for (let i = 0; i < length; i++) buffer[to++] = text.charCodeAt(i);
    this.used = to;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    if (end - start > LOOP_BYTES) {
      this.buffer.set(bytes.subarray(start, end), this.used);
      this.used += end - start;
      return;
    }
    const buffer = this.buffer;
    let to = this.used;
    for (let at = start; at < end; at++) buffer[to++] = bytes[at]!;
    this.used = to;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.used++] = value;
  }

  /** An integer. Beyond the safe ones: all digits of the double that it is. */
  integer(n: number): void {
    const size = n < 0 ? -n : n;
    if (!(size <= MAX_SAFE)) return this.bigint(BigInt(n));
    this.reserve(NUMBER_BYTES);
    if (n < 0) this.buffer[this.used++] = MINUS;
    if (size < EIGHT_DIGITS) return this.shortDigits(size);
    const high = Math.floor(size / EIGHT_DIGITS);
    this.shortDigits(high);
    this.fillDigits(size - high * EIGHT_DIGITS, 8);
  }

  bigint(n: bigint): void {
    this.ascii(n.toString());
  }

  /** A 64-bit integer from the halves of its two's complement. */
  int64(lo: number, hi: number): void {
    const low = lo >>> 0;
    if (hi < SAFE_HIGH && hi > -SAFE_HIGH) return this.integer(hi * TWO_32 + low);
    this.bigint((BigInt(hi) << 32n) | BigInt(low));
  }

  /** The last `width` (1 to 8) decimal digits of `n`, with leading zeros; `n` has no more digits than that. */
  digits(n: number, width: number): void {
    this.reserve(width);
    this.fillDigits(n, width);
  }

  /**
   * A float as Python prints it. NaN and the infinities come out as `nan`, `inf` and `-inf`, which is not JSON:
   * the caller writes something else for them.
   */
  float(value: number): void {
    const size = value < 0 ? -value : value;
    if (Math.floor(size) === size && size <= MAX_SAFE) return this.integralFloat(value);
    if (size >= DECIMAL_MIN && size < DECIMAL_LIMIT) {
      // A decimal of at most 15 digits that reads back as this double is the shortest one there is.
      const scaled = Math.round(size * DECIMAL_SCALE);
      if (scaled / DECIMAL_SCALE === size) return this.shortDecimal(value < 0, scaled);
    }
    this.ascii(pythonFloatText(value));
  }

  /** A text in quotes. Lone surrogates, which UTF-8 cannot hold, are written as `\ud800` escapes. */
  string(text: string): void {
    const length = text.length;
    if (length > LOOP_BYTES) return this.escapedString(text);
    this.reserve(length + 2);
    const buffer = this.buffer;
    let to = this.used;
    buffer[to++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80 || ESCAPES[code] !== PLAIN) return this.escapedString(text);
      buffer[to++] = code;
    }
    buffer[to++] = QUOTE;
    this.used = to;
  }

  /** Stored UTF-8 in quotes. Errors: CorruptDataError when it is not UTF-8 (a part is then written already). */
  utf8String(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(end - start + 2);
    let buffer = this.buffer;
    let to = this.used;
    buffer[to++] = QUOTE;
    for (let at = start; at < end;) {
      const byte = bytes[at]!;
      if (ESCAPES[byte] === PLAIN) {
        buffer[to++] = byte;
        at++;
        continue;
      }
      this.used = to;
      at += this.specialByte(bytes, at, end);
      buffer = this.buffer;
      to = this.used;
    }
    buffer[to++] = QUOTE;
    this.used = to;
  }

  /** Bytes as base64 with padding, in quotes. */
  base64(bytes: Uint8Array, start: number, end: number): void {
    this.byte(QUOTE);
    if (end - start > BASE64_LOOP_BYTES) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
      this.ascii(view.toString('base64'));
    } else this.shortBase64(bytes, start, end);
    this.byte(QUOTE);
  }

  private shortBase64(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(Math.ceil((end - start) / 3) * 4);
    const buffer = this.buffer;
    let to = this.used;
    for (let at = start; at < end; at += 3) {
      const left = end - at;
      const bits =
        (bytes[at]! << 16) | (left > 1 ? bytes[at + 1]! << 8 : 0) | (left > 2 ? bytes[at + 2]! : 0);
      buffer[to++] = BASE64[bits >> 18]!;
      buffer[to++] = BASE64[(bits >> 12) & 63]!;
      buffer[to++] = left > 1 ? BASE64[(bits >> 6) & 63]! : EQUALS;
      buffer[to++] = left > 2 ? BASE64[bits & 63]! : EQUALS;
    }
    this.used = to;
  }

  /** Writes the character at `at`, which does not stand for itself or is not ASCII; returns its bytes. */
  private specialByte(bytes: Uint8Array, at: number, end: number): number {
    const byte = bytes[at]!;
    const escape = ESCAPES[byte]!;
    this.reserve(end - at + 7);
    if (escape === NON_ASCII) {
      const length = utf8SequenceLength(bytes, at, end);
      for (let i = 0; i < length; i++) this.buffer[this.used++] = bytes[at + i]!;
      return length;
    }
    this.buffer[this.used++] = BACKSLASH;
    if (escape !== LONG_ESCAPE) {
      this.buffer[this.used++] = escape;
      return 1;
    }
    this.buffer[this.used++] = LETTER_U;
    this.fillDigits(0, 2);
    this.buffer[this.used++] = HEX[byte >> 4]!;
    this.buffer[this.used++] = HEX[byte & 15]!;
    return 1;
  }

  /** The engine's own escapes are those of Python's `json`, with lone surrogates escaped as well. */
  private escapedString(text: string): void {
    const json = JSON.stringify(text);
    this.reserve(json.length * 3);
    this.used += this.buffer.write(json, this.used, 'utf8');
  }

  private integralFloat(value: number): void {
    this.reserve(NUMBER_BYTES);
    if (value === 0 && Object.is(value, -0)) this.buffer[this.used++] = MINUS;
    this.integer(value);
    this.reserve(2);
    this.buffer[this.used++] = DOT;
    this.buffer[this.used++] = ZERO;
  }

  /** `scaled` millionths, which are no integral number. */
  private shortDecimal(negative: boolean, scaled: number): void {
    const whole = Math.floor(scaled / DECIMAL_SCALE);
    let fraction = (scaled - whole * DECIMAL_SCALE) | 0;
    let width = DECIMALS;
    for (; fraction % 10 === 0; width--) fraction = (fraction / 10) | 0;
    this.reserve(NUMBER_BYTES);
    if (negative) this.buffer[this.used++] = MINUS;
    this.integer(whole);
    this.reserve(DECIMALS + 1);
    this.buffer[this.used++] = DOT;
    this.fillDigits(fraction, width);
  }

  /** `n` below 10^8, no leading zeros; room is reserved already. */
  private shortDigits(n: number): void {
    if (n < 10_000) this.fillDigits(n, n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4);
    else this.fillDigits(n, n < 100_000 ? 5 : n < 1_000_000 ? 6 : n < 10_000_000 ? 7 : 8);
  }

  /** Room is reserved already. */
  private fillDigits(n: number, width: number): void {
    const buffer = this.buffer;
    let at = this.used + width;
    const end = at;
    let rest = n | 0;
    for (let left = width; left >= 2; left -= 2) {
      const hundreds = (rest / 100) | 0;
      const pair = (rest - hundreds * 100) * 2;
      buffer[--at] = DIGIT_PAIRS[pair + 1]!;
      buffer[--at] = DIGIT_PAIRS[pair]!;
      rest = hundreds;
    }
    if (at > this.used) buffer[--at] = ZERO + rest;
    this.used = end;
  }

  private reserve(count: number): void {
    if (this.used + count > this.buffer.length) this.grow(this.used + count);
  }

  private grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.used);
    this.buffer = grown;
  }
}
