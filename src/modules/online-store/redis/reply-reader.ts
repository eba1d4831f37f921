import { RedisProtocolError } from './redis-protocol-error.js';
import { ReplyBuffer } from './reply-buffer.js';
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

/** `$-1`, CR and LF: no element is shorter, but RESP3's null. */
const NULL_BYTES = 5;
/** Of verbatim strings: three letters and a colon stand before the text. */
const VERBATIM_PREFIX = 4;

/**
 * Reads the replies of a Redis server from chunks that may end anywhere. Nothing is allocated per element: handlers
 * get ranges of the chunk, or of a buffer where an element that came in several chunks is put together.
 *
 * Shape:  RESP2 and RESP3 without streamed types. Pushes and attributes are passed over.
 * Errors: RedisProtocolError from `feed` for anything else, and from then on always. What a handler throws passes.
 * Source: the published specification of the Redis serialization protocol.
 */
export class ReplyReader {
  private readonly input = new ReplyBuffer();
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
    const { input } = this;
    try {
      input.take(chunk);
      while (input.pos < input.end && this.step());
      input.keepRest();
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** Reads on; false when the next item is not complete. */
  private step(): boolean {
    if (this.reportsElements) this.readBulks();
    if (this.input.pos >= this.input.end) return false;
    const type = this.input.bytes[this.input.pos]!;
    switch (FORMS[type]!) {
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
    const { length } = this;
    const { bytes, end } = this.input;
    const handler = this.handler!;
    let { pos } = this.input;
    let { index } = this;
    while (index < length && pos + NULL_BYTES <= end && bytes[pos] === DOLLAR) {
      if (isNull(bytes, pos)) {
        handler.none(index++);
        pos += NULL_BYTES;
        continue;
      }
      let size = bytes[pos + 1]! - ZERO;
      let at = pos + 2;
      for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[at]! - ZERO) {
        size = 10 * size + digit;
        at++;
      }
      const stop = at + 2 + size;
      // Whatever is not plain, or not complete, is left to the careful reader.
      if (!(stop + 2 <= end && isPlain(bytes, pos, at, stop))) break;
      handler.element(index++, bytes, at + 2, stop);
      pos = stop + 2;
    }
    this.input.moveTo(pos);
    this.left[0] = length - index;
    if (index === length) this.closeReply();
  }

  private bulk(type: number): boolean {
    const lineEnd = this.input.lineEnd(MAX_LENGTH_BYTES);
    if (lineEnd < 0) return false;
    const size = this.input.lengthUntil(lineEnd, type === DOLLAR);
    const start = lineEnd + 2;
    if (size > MAX_BULK_BYTES) throw new RedisProtocolError(`a text of ${size} bytes`);
    const stop = start + Math.max(0, size);
    if (size < 0) return this.none(start);
    if (stop + 2 > this.input.end) return false;
    if (this.input.bytes[stop] !== CR || this.input.bytes[stop + 1] !== LF) {
      throw new RedisProtocolError('a text does not end where it should');
    }
    if (type === BANG) return this.error(start, stop, stop + 2);
    return this.value(start + this.prefixLength(type, start, size), stop, stop + 2);
  }

  private prefixLength(type: number, start: number, size: number): number {
    if (type !== EQUALS) return 0;
    if (size < VERBATIM_PREFIX || this.input.bytes[start + VERBATIM_PREFIX - 1] !== COLON) {
      throw new RedisProtocolError('a verbatim text without its format');
    }
    return VERBATIM_PREFIX;
  }

  private line(type: number): boolean {
    const start = this.input.pos + 1;
    const lineEnd = this.input.lineEnd(MAX_LINE_BYTES);
    if (lineEnd < 0) return false;
    if (type === MINUS) return this.error(start, lineEnd, lineEnd + 2);
    checkLine(type, this.input.bytes, start, lineEnd);
    return type === UNDERSCORE ? this.none(lineEnd + 2) : this.value(start, lineEnd, lineEnd + 2);
  }

  private aggregate(type: number): boolean {
    const lineEnd = this.input.lineEnd(MAX_LENGTH_BYTES);
    if (lineEnd < 0) return false;
    const count = this.input.lengthUntil(lineEnd, type === STAR);
    if (count > MAX_ELEMENTS) throw new RedisProtocolError(`a reply of ${count} elements`);
    if (count < 0) return this.none(lineEnd + 2);
    this.input.pos = lineEnd + 2;
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
    if (this.reportsOne) this.handler!.element(this.index, this.input.bytes, start, end);
    this.input.pos = next;
    this.complete();
    return true;
  }

  private none(next: number): true {
    if (this.depth === 0) this.beginScalar();
    if (this.reportsOne) this.handler!.none(this.index);
    this.input.pos = next;
    this.complete();
    return true;
  }

  private error(start: number, end: number, next: number): true {
    if (this.reportsOne) {
      if (this.depth === 0) this.handler = this.queue.handlerOfNext();
      const shownEnd = Math.min(end, start + MAX_LINE_BYTES);
      const text = Buffer.from(this.input.bytes.subarray(start, shownEnd)).toString();
      this.handler!.error(this.depth === 0 ? -1 : this.index, text);
    }
    this.input.pos = next;
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
}

/** Whether `$-1` and the end of its line stand at `pos`. */
function isNull(bytes: Uint8Array, pos: number): boolean {
  return bytes[pos + 1] === MINUS && bytes[pos + 2] === ONE && bytes[pos + 3] === CR && bytes[pos + 4] === LF;
}

/** Whether a bulk string begins with a digit, and both its lines end where they should. */
function isPlain(bytes: Uint8Array, pos: number, lengthEnd: number, stop: number): boolean {
  const digit = bytes[pos + 1]! - ZERO;
  return (
    digit >= 0 &&
    digit <= 9 &&
    lengthEnd - pos < MAX_LENGTH_BYTES &&
    bytes[lengthEnd] === CR &&
    bytes[lengthEnd + 1] === LF &&
    bytes[stop] === CR &&
    bytes[stop + 1] === LF
  );
}
