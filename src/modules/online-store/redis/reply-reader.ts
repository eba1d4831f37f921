import { RedisProtocolError } from './reply-error.js';
import { checkLine } from './reply-line.js';

/**
 * Takes one reply, element by element.
 *
 * Shape:  `begin`, then one call for each element in order, then `end`. A reply that is no aggregate is one element
 *         with the index 0. Keys and values of a map count as an element each. A reply that is an error is `error`
 *         with the index -1, then `end`, without `begin`. Ranges of bytes are valid during the call only.
 */
export interface ReplyHandler {
  /** `length` is the number of elements, or `SCALAR`. */
  begin(length: number): void;
  element(index: number, bytes: Uint8Array, start: number, end: number): void;
  /** A null. */
  none(index: number): void;
  /** An element that is an aggregate itself: what it holds is passed over. */
  nested(index: number): void;
  error(index: number, text: string): void;
  end(): void;
}

/** Whose turn it is: asked at the start of each reply and told its end. */
export interface ReplyQueue {
  /** Errors: RedisProtocolError when no reply is due. */
  handlerOfNext(): ReplyHandler;
  replyEnded(): void;
}

/** The `length` of a reply that is no aggregate. */
export const SCALAR = -1;

/** Aggregates inside aggregates. */
const MAX_DEPTH = 32;
const MAX_ELEMENTS = 2 ** 30;
/** As Redis itself by default. */
const MAX_BULK_BYTES = 512 * 1024 * 1024;
const MAX_LINE_BYTES = 64 * 1024;
/** A type, a sign, ten digits, CR and LF. */
const MAX_LENGTH_BYTES = 14;
const FIRST_CARRY_BYTES = 16 * 1024;
/** A buffer that grew beyond this for one element is given back after it. */
const KEPT_CARRY_BYTES = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const BANG = 0x21;
const DOLLAR = 0x24;
const PERCENT = 0x25;
const STAR = 0x2a;
const MINUS = 0x2d;
const ZERO = 0x30;
const ONE = 0x31;
const COLON = 0x3a;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const UNDERSCORE = 0x5f;
const BAR = 0x7c;

const BULK = 1;
const AGGREGATE = 2;
const LINE = 3;
/** How a type is written, by its first byte; 0 is no type. */
const FORMS = new Uint8Array(256);
for (const byte of Buffer.from('$=!')) FORMS[byte] = BULK;
for (const byte of Buffer.from('*%~|>')) FORMS[byte] = AGGREGATE;
for (const byte of Buffer.from('+-:,#(_')) FORMS[byte] = LINE;

/** Kinds of open aggregates; from `ATTRIBUTE` on they are neither a reply nor an element. */
const REPLY = 0;
const NESTED = 1;
const ATTRIBUTE = 2;
const PUSH = 3;

/** `-` of verbatim strings: three letters and a colon stand before the text. */
const VERBATIM_PREFIX = 4;

const EMPTY = Buffer.alloc(0);

/**
 * Reads the replies of a Redis server from chunks that may end anywhere. Nothing is allocated per element: handlers
 * get ranges of the chunk, or of a buffer where an element that came in several chunks is put together.
 *
 * Shape:  RESP2 and RESP3 without streamed types. Pushes and attributes are passed over.
 * Errors: RedisProtocolError from `feed` for anything else, and from then on always. What a handler throws passes.
 * Source: the published specification of the Redis serialization protocol.
 */
export class ReplyReader {
  private bytes: Uint8Array = EMPTY;
  private pos = 0;
  private end = 0;
  /** Holds what the last chunk left unread. */
  private carry: Buffer = EMPTY;
  private carried = 0;
  /** Bytes after `pos` that are known to hold no end of a line. */
  private scanned = 0;

  private handler: ReplyHandler | undefined;
  private length = 0;
  private depth = 0;
  private readonly kinds = new Uint8Array(MAX_DEPTH);
  /** Elements that each open aggregate still lacks. */
  private readonly left = new Float64Array(MAX_DEPTH);
  private failure: unknown;

  constructor(private readonly queue: ReplyQueue) {}

  feed(chunk: Uint8Array): void {
    if (this.failure !== undefined) throw this.failure;
    try {
      this.take(chunk);
      while (this.pos < this.end && this.step());
      this.keepRest();
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  private take(chunk: Uint8Array): void {
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

  private keepRest(): void {
    const { bytes, pos, end } = this;
    if (pos === end) {
      this.carried = 0;
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

  /** Reads on; false when the next item is not complete. */
  private step(): boolean {
    if (this.reportsElements) this.readBulks();
    if (this.pos >= this.end) return false;
    const type = this.bytes[this.pos]!;
    switch (FORMS[type]) {
      case BULK:
        return this.bulk(type);
      case AGGREGATE:
        return this.aggregate(type);
      case LINE:
        return this.line(type);
      default:
        throw new RedisProtocolError(`byte ${type} where a reply was due`);
    }
  }

  private get reportsElements(): boolean {
    return this.depth === 1 && this.kinds[0] === REPLY;
  }

  private get index(): number {
    return this.depth === 0 ? 0 : this.length - this.left[0]!;
  }

  /** The bulk strings and nulls that come next, as long as they are complete: nearly all that a read gets. */
  private readBulks(): void {
    const { bytes, end, length } = this;
    const handler = this.handler!;
    let { pos, index } = this;
    while (index < length && pos + 5 <= end && bytes[pos] === DOLLAR) {
      const first = bytes[pos + 1]!;
      if (first === MINUS) {
        if (bytes[pos + 2] !== ONE || bytes[pos + 3] !== CR || bytes[pos + 4] !== LF) break;
        handler.none(index++);
        pos += 5;
        continue;
      }
      let size = first - ZERO;
      let at = pos + 2;
      for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9 && at < end; digit = bytes[at]! - ZERO) {
        size = 10 * size + digit;
        at++;
      }
      const stop = at + 2 + size;
      if (!(stop + 2 <= end && isPlain(bytes, first, at, stop))) break;
      handler.element(index++, bytes, at + 2, stop);
      pos = stop + 2;
    }
    this.pos = pos;
    this.left[0] = length - index;
    if (index === length) this.closeReply();
  }

  private bulk(type: number): boolean {
    const lineEnd = this.lineEnd(MAX_LENGTH_BYTES);
    if (lineEnd < 0) return false;
    const size = this.lengthUntil(lineEnd, type === DOLLAR);
    const start = lineEnd + 2;
    if (size > MAX_BULK_BYTES) throw new RedisProtocolError(`a text of ${size} bytes`);
    const stop = start + Math.max(0, size);
    if (size < 0) return this.none(start);
    if (stop + 2 > this.end) return false;
    if (this.bytes[stop] !== CR || this.bytes[stop + 1] !== LF) {
      throw new RedisProtocolError('a text does not end where it should');
    }
    if (type === BANG) return this.error(start, stop, stop + 2);
    return this.value(start + this.prefixLength(type, start, size), stop, stop + 2);
  }

  private prefixLength(type: number, start: number, size: number): number {
    if (type !== EQUALS) return 0;
    if (size < VERBATIM_PREFIX || this.bytes[start + VERBATIM_PREFIX - 1] !== COLON) {
      throw new RedisProtocolError('a verbatim text without its format');
    }
    return VERBATIM_PREFIX;
  }

  private line(type: number): boolean {
    const start = this.pos + 1;
    const lineEnd = this.lineEnd(MAX_LINE_BYTES);
    if (lineEnd < 0) return false;
    if (type === MINUS) return this.error(start, lineEnd, lineEnd + 2);
    checkLine(type, this.bytes, start, lineEnd);
    return type === UNDERSCORE ? this.none(lineEnd + 2) : this.value(start, lineEnd, lineEnd + 2);
  }

  private aggregate(type: number): boolean {
    const lineEnd = this.lineEnd(MAX_LENGTH_BYTES);
    if (lineEnd < 0) return false;
    const count = this.lengthUntil(lineEnd, type === STAR);
    if (count > MAX_ELEMENTS) throw new RedisProtocolError(`a reply of ${count} elements`);
    if (count < 0) return this.none(lineEnd + 2);
    this.pos = lineEnd + 2;
    const length = type === PERCENT || type === BAR ? 2 * count : count;
    this.open(this.kindOf(type), length);
    return true;
  }

  private kindOf(type: number): number {
    if (type === BAR) return ATTRIBUTE;
    if (type !== GREATER) return this.depth === 0 ? REPLY : NESTED;
    if (this.depth > 0) throw new RedisProtocolError('a push inside a reply');
    return PUSH;
  }

  private open(kind: number, length: number): void {
    if (kind === REPLY) {
      this.handler = this.queue.handlerOfNext();
      this.length = length;
      this.handler.begin(length);
    } else if (kind === NESTED && this.reportsElements) {
      this.handler!.nested(this.index);
    }
    if (length > 0) {
      if (this.depth === MAX_DEPTH) throw new RedisProtocolError('a reply with too many levels');
      this.kinds[this.depth] = kind;
      this.left[this.depth++] = length;
    } else if (kind === REPLY) {
      this.endReply();
    } else if (kind === NESTED) {
      this.complete();
    }
  }

  private value(start: number, end: number, next: number): true {
    if (this.depth === 0) this.beginScalar();
    if (this.reportsOne) this.handler!.element(this.index, this.bytes, start, end);
    this.pos = next;
    this.complete();
    return true;
  }

  private none(next: number): true {
    if (this.depth === 0) this.beginScalar();
    if (this.reportsOne) this.handler!.none(this.index);
    this.pos = next;
    this.complete();
    return true;
  }

  private error(start: number, end: number, next: number): true {
    if (this.reportsOne) {
      if (this.depth === 0) this.handler = this.queue.handlerOfNext();
      const shownEnd = Math.min(end, start + MAX_LINE_BYTES);
      const text = Buffer.from(this.bytes.subarray(start, shownEnd)).toString();
      this.handler!.error(this.depth === 0 ? -1 : this.index, text);
    }
    this.pos = next;
    this.complete();
    return true;
  }

  private get reportsOne(): boolean {
    return this.depth === 0 || this.reportsElements;
  }

  private beginScalar(): void {
    this.handler = this.queue.handlerOfNext();
    this.handler.begin(SCALAR);
  }

  /** A value is complete, and with it perhaps the aggregates whose last element it is. */
  private complete(): void {
    while (this.depth > 0) {
      const top = this.depth - 1;
      if (--this.left[top]! > 0) return;
      this.depth = top;
      if (this.kinds[top]! >= ATTRIBUTE) return;
    }
    this.endReply();
  }

  private closeReply(): void {
    this.depth = 0;
    this.endReply();
  }

  private endReply(): void {
    const handler = this.handler!;
    this.handler = undefined;
    handler.end();
    this.queue.replyEnded();
  }

  /** Where the CR of the line at `pos` stands; -1 when the line is not complete. */
  private lineEnd(maxBytes: number): number {
    const { bytes, pos, end } = this;
    const stop = Math.min(end - 1, pos + maxBytes);
    let at = pos + Math.max(1, this.scanned);
    while (at < stop && bytes[at] !== CR && bytes[at] !== LF) at++;
    if (at < stop) {
      if (bytes[at] !== CR || bytes[at + 1] !== LF) throw new RedisProtocolError('a line without its end');
      this.scanned = 0;
      return at;
    }
    if (at >= pos + maxBytes) throw new RedisProtocolError(`a line of more than ${maxBytes} bytes`);
    this.scanned = Math.max(0, at - pos);
    return -1;
  }

  /** The number between the type and `lineEnd`; -1 is a null, where there may be one. */
  private lengthUntil(lineEnd: number, maybeNull: boolean): number {
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

/** Whether a bulk string of which the first digit, the end of the length and the end of the text are known is whole. */
function isPlain(bytes: Uint8Array, firstDigit: number, lengthEnd: number, stop: number): boolean {
  return (
    firstDigit >= ZERO &&
    firstDigit <= ZERO + 9 &&
    bytes[lengthEnd] === CR &&
    bytes[lengthEnd + 1] === LF &&
    bytes[stop] === CR &&
    bytes[stop + 1] === LF
  );
}
