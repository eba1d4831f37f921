const FIRST_BYTES = 64 * 1024;
/** A buffer that grew beyond this is given back. */
const KEPT_BYTES = 1024 * 1024;
/** Type, digits, CR and LF. */
const MAX_HEADER_BYTES = 16;
/** So few are copied faster one by one. */
const SHORT_BYTES = 24;

const LF = 0x0a;
const CR = 0x0d;
const DOLLAR = 0x24;
const ZERO = 0x30;

/**
 * Commands as the Redis protocol sends them, one after the other in one growing buffer.
 *
 * Shape:  a command is an array of bulk strings.
 * Source: the published specification of the Redis serialization protocol.
 */
export class CommandWriter {
  private buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private used = 0;

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.used;
  }

  /** One command, of texts and bytes. */
  command(...parts: readonly (string | Uint8Array)[]): void {
    this.raw(encodeCommand(parts));
  }

  /** Bytes of commands that were encoded before. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    this.reserve(length);
    const { buffer, used } = this;
    if (length > SHORT_BYTES) buffer.set(bytes, used);
    else for (let at = 0; at < length; at++) buffer[used + at] = bytes[at]!;
    this.used = used + length;
  }

  /** `head`, then `$` and `valueLength` in a line, then the first part of that value; `tail` holds the rest of it. */
  keyed(head: Uint8Array, valueLength: number, value: Uint8Array, tail: Uint8Array): void {
    this.reserve(head.length + MAX_HEADER_BYTES + value.length + tail.length);
    const { buffer } = this;
    buffer.set(head, this.used);
    let at = writeHeader(buffer, this.used + head.length, valueLength);
    buffer.set(value, at);
    at += value.length;
    buffer.set(tail, at);
    this.used = at + tail.length;
  }

  /** The begin of a bulk string, whose bytes follow, and then `lineEnd`. */
  bulkHeader(length: number): void {
    this.reserve(MAX_HEADER_BYTES);
    this.used = writeHeader(this.buffer, this.used, length);
  }

  lineEnd(): void {
    this.byte(CR);
    this.byte(LF);
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.used++] = value;
  }

  /** The most significant byte first, as in what follows. */
  uint16(value: number): void {
    this.reserve(2);
    this.used = this.buffer.writeUInt16BE(value, this.used);
  }

  uint32(value: number): void {
    this.reserve(4);
    this.used = this.buffer.writeUInt32BE(value, this.used);
  }

  double(value: number): void {
    this.reserve(8);
    this.used = this.buffer.writeDoubleBE(value, this.used);
  }

  /** What was written. Valid until the next write, unless `detach` is called. */
  take(): Uint8Array {
    const taken = this.buffer.subarray(0, this.used);
    this.used = 0;
    return taken;
  }

  /** The memory of what was taken last is still needed by somebody else, or has become large: get other memory. */
  detach(): void {
    this.buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  get isLarge(): boolean {
    return this.buffer.length > KEPT_BYTES;
  }

  private reserve(size: number): void {
    const needed = this.used + size;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.buffer.length));
    larger.set(this.buffer.subarray(0, this.used));
    this.buffer = larger;
  }
}

/** One command in a buffer of its own. */
function encodeCommand(parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...parts.map(encodeBulk)]);
}

/** One bulk string. */
export function encodeBulk(text: string | Uint8Array): Buffer {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** Writes `$`, a number and the end of the line; returns where it ends. */
function writeHeader(buffer: Buffer, start: number, length: number): number {
  let at = start;
  buffer[at++] = DOLLAR;
  let unit = 1;
  while (unit * 10 <= length) unit *= 10;
  for (let rest = length; unit >= 1; unit = Math.floor(unit / 10)) {
    const digit = Math.floor(rest / unit);
    buffer[at++] = ZERO + digit;
    rest -= digit * unit;
  }
  buffer[at++] = CR;
  buffer[at++] = LF;
  return at;
}
