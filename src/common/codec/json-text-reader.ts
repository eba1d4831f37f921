import { JsonFloat, type JsonArray, type JsonObject, type JsonValue } from '../model/json-value.js';
import { floatEnd, isDigit, PLAIN_DIGITS, readFloat } from './json-number.js';

/** Arrays and objects inside each other. Python gives up at about twice this, depending on its stack. */
const MAX_JSON_DEPTH = 500;
/** Python refuses to read longer integers: the time to convert them grows with the square of the length. */
export const MAX_INTEGER_DIGITS = 4300;

/** Python takes more. An array of that length is cheap; to find the names of an object again is not. */
const MAX_JSON_MEMBERS = 100_000;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LETTER_E = 0x65;
const LETTER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const LITERALS: readonly (readonly [word: string, value: JsonValue])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', new JsonFloat(NaN)],
  ['Infinity', new JsonFloat(Infinity)],
  ['-Infinity', new JsonFloat(-Infinity)],
];

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** A text that is not JSON. `position` counts UTF-16 units; `reason` is in the words of Python. */
export class JsonSyntaxError extends Error {
  constructor(
    readonly reason: string,
    readonly position: number,
  ) {
    super(`${reason} (char ${position})`);
    this.name = 'JsonSyntaxError';
  }
}

/**
 * Reads a JSON text as Python's `json` module does.
 *
 * Shape:  see JsonValue. Texts of the result may share memory with `text`.
 * Errors: JsonSyntaxError, with the position and the words of Python 3.11; also for more than MAX_JSON_DEPTH levels,
 *         MAX_JSON_MEMBERS members, and for integers of more than MAX_INTEGER_DIGITS digits.
 */
export function readJsonText(text: string): JsonValue {
  return new JsonTextReader(text).document();
}

/** Where in the text a member of the outermost object stands. */
export interface MemberSpan {
  readonly start: number;
  readonly end: number;
}

/** `readJsonText`, and tells where the value of one member of the outermost object stands: the last one of that name. */
export function readJsonWithSpan(
  text: string,
  member: string,
): { readonly value: JsonValue; readonly span: MemberSpan | undefined } {
  const reader = new JsonTextReader(text, member);
  const value = reader.document();
  return { value, span: reader.span };
}

class JsonTextReader {
  /** Of the watched member. */
  span: MemberSpan | undefined;
  private pos = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly watched?: string,
  ) {}

  document(): JsonValue {
    this.skipBlanks();
    const value = this.value();
    this.skipBlanks();
    if (this.pos < this.text.length) throw this.failure('Extra data', this.pos);
    return value;
  }

  private value(): JsonValue {
    const code = this.text.charCodeAt(this.pos);
    if (code === QUOTE) return this.string();
    if (code === OPEN_BRACKET) return this.array();
    if (code === OPEN_BRACE) return this.object();
    return isDigit(code) || code === MINUS ? this.number() : this.literal();
  }

  private array(): JsonArray {
    const items: JsonValue[] = [];
    this.enter();
    if (this.text.charCodeAt(this.pos) === CLOSE_BRACKET) return this.leave(items);
    for (;;) {
      items.push(this.value());
      if (this.endsAfterItem(CLOSE_BRACKET)) return this.leave(items);
    }
  }

  private object(): JsonObject {
    const members = new Map<string, JsonValue>();
    this.enter();
    if (this.text.charCodeAt(this.pos) === CLOSE_BRACE) return this.leave(members);
    for (;;) {
      if (this.text.charCodeAt(this.pos) !== QUOTE) {
        throw this.failure('Expecting property name enclosed in double quotes', this.pos);
      }
      const key = this.string();
      this.skipBlanks();
      if (this.text.charCodeAt(this.pos) !== COLON) throw this.failure("Expecting ':' delimiter", this.pos);
      this.pos++;
      this.skipBlanks();
      const start = this.pos;
      members.set(key, this.value());
      if (this.depth === 1 && key === this.watched) this.span = { start, end: this.pos };
      if (members.size > MAX_JSON_MEMBERS) {
        throw this.failure(`More than ${MAX_JSON_MEMBERS} members of an object`, this.pos);
      }
      if (this.endsAfterItem(CLOSE_BRACE)) return this.leave(members);
    }
  }

  /** Passes the opening bracket. */
  private enter(): void {
    if (++this.depth > MAX_JSON_DEPTH) {
      throw this.failure(`Nested too deeply: more than ${MAX_JSON_DEPTH} levels`, this.pos);
    }
    this.pos++;
    this.skipBlanks();
  }

  /** Passes the closing bracket. */
  private leave<T>(container: T): T {
    this.depth--;
    this.pos++;
    return container;
  }

  /** True at the closing bracket, false after a comma. */
  private endsAfterItem(closing: number): boolean {
    this.skipBlanks();
    const code = this.text.charCodeAt(this.pos);
    if (code === closing) return true;
    if (code !== COMMA) throw this.failure("Expecting ',' delimiter", this.pos);
    this.pos++;
    this.skipBlanks();
    return false;
  }

  private string(): string {
    const start = this.pos + 1;
    const end = this.plainEnd(start, start);
    if (this.text.charCodeAt(end) === BACKSLASH) return this.engineString(start) ?? this.escapedString(start);
    this.pos = end + 1;
    return this.text.slice(start, end);
  }

  /** The engine reads a text with many escapes in half the time; undefined, to find out what is wrong, where it does not. */
  private engineString(start: number): string | undefined {
    const { text } = this;
    let end = text.indexOf('"', start);
    while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
    try {
      const result = JSON.parse(text.slice(start - 1, end + 1)) as string;
      this.pos = end + 1;
      return result;
    } catch {
      return undefined;
    }
  }

  private escapedString(start: number): string {
    let end = this.plainEnd(start, start);
    let result = this.text.slice(start, end);
    while (this.text.charCodeAt(end) === BACKSLASH) {
      result += this.escaped(start, end);
      const plainStart = this.pos;
      end = this.plainEnd(start, plainStart);
      result += this.text.slice(plainStart, end);
    }
    this.pos = end + 1;
    return result;
  }

  /** The position of the next quote or backslash. */
  private plainEnd(start: number, from: number): number {
    const text = this.text;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE || code === BACKSLASH) return at;
      if (code < SPACE) throw this.failure('Invalid control character at', at);
    }
    throw this.failure('Unterminated string starting at', start - 1);
  }

  /** The character of an escape sequence whose backslash is at `at`; moves behind it. */
  private escaped(start: number, at: number): string {
    if (at + 1 >= this.text.length) throw this.failure('Unterminated string starting at', start - 1);
    if (this.text.charCodeAt(at + 1) === LETTER_U) return this.escapedUnit(at + 1);
    const character = ESCAPES.get(this.text.charAt(at + 1));
    if (character === undefined) throw this.failure('Invalid \\escape', at);
    this.pos = at + 2;
    return character;
  }

  /** One UTF-16 unit: halves of a pair join by standing side by side, lone ones are kept. */
  private escapedUnit(letterAt: number): string {
    const end = letterAt + 5;
    let unit = 0;
    for (let at = letterAt + 1; at < end; at++) unit = unit * 16 + hexDigit(this.text.charCodeAt(at));
    if (Number.isNaN(unit) || end >= this.text.length) throw this.failure('Invalid \\uXXXX escape', letterAt);
    this.pos = end;
    return String.fromCharCode(unit);
  }

  private number(): JsonValue {
    const text = this.text;
    const start = this.pos;
    const digitsAt = text.charCodeAt(start) === MINUS ? start + 1 : start;
    let at = digitsAt;
    let code = text.charCodeAt(at);
    if (!isDigit(code)) return this.literal();
    let size = 0;
    if (code === ZERO) code = text.charCodeAt(++at);
    else {
      for (; isDigit(code); code = text.charCodeAt(++at)) size = size * 10 + (code - ZERO);
    }
    const end = code === DOT || (code | SPACE) === LETTER_E ? floatEnd(text, at) : at;
    this.pos = end;
    if (end > at) return new JsonFloat(readFloat(text, { start, point: at, end }));
    if (at - digitsAt > PLAIN_DIGITS) return this.longInteger(start, digitsAt, at);
    // Adding 0 takes the sign from -0, which is no integer in Python.
    return digitsAt === start ? size : -size + 0;
  }

  private longInteger(start: number, digitsAt: number, end: number): number | bigint {
    if (end - digitsAt > MAX_INTEGER_DIGITS) {
      throw this.failure(`Integer of more than ${MAX_INTEGER_DIGITS} digits`, start);
    }
    const digits = this.text.slice(start, end);
    const value = Number(digits);
    return Number.isSafeInteger(value) ? value : BigInt(digits);
  }

  private literal(): JsonValue {
    for (const [word, value] of LITERALS) {
      if (this.text.startsWith(word, this.pos)) {
        this.pos += word.length;
        return value;
      }
    }
    throw this.failure('Expecting value', this.pos);
  }

  private skipBlanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.pos);
      if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) return;
      this.pos++;
    }
  }

  private failure(reason: string, position: number): JsonSyntaxError {
    return new JsonSyntaxError(reason, position);
  }
}

/** By an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}

/** NaN when the code is none. */
function hexDigit(code: number): number {
  if (isDigit(code)) return code - ZERO;
  const letter = code | SPACE;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : NaN;
}
