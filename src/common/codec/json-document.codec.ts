import { isUtf8 } from 'node:buffer';
import { InvalidValueError } from '../errors/errors.js';
import { JsonFloat, type JsonValue } from '../model/json-value.js';
import { JsonSyntaxError, readJsonText, readJsonWithSpan } from './json-text-reader.js';
import { pythonFloatText } from './number-text.js';

/** About how many characters of a value are echoed in an error. */
const ECHO_CHARACTERS = 16_384;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Parses a request body as Python's `json` module does: `1` is not `1.0`, integers keep all their digits, NaN and
 * the infinities are numbers, the last of repeated keys wins in the place of the first.
 *
 * Shape:  see JsonValue. Texts of the result may share memory with the whole document: copy what outlives it.
 * Errors: InvalidValueError with one issue `json_invalid`; its `loc` ends with the position in characters (code
 *         points) and `ctx.error` says what is wrong in the words of Python.
 */
export function parseJsonDocument(bytes: Uint8Array): JsonValue {
  return parsed(bytes, readJsonText);
}

/**
 * `parseJsonDocument`, with the text of one member of the outermost object, as it was sent: it shares the memory of the
 * document. Undefined when there is no such member.
 */
export function parseJsonWithMember(
  bytes: Uint8Array,
  member: string,
): { readonly value: JsonValue; readonly memberText: string | undefined } {
  return parsed(bytes, (text) => {
    const { value, span } = readJsonWithSpan(text, member);
    return { value, memberText: span && text.slice(span.start, span.end) };
  });
}

function parsed<T>(bytes: Uint8Array, read: (text: string) => T): T {
  const start = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? BYTE_ORDER_MARK.length : 0;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const text = body.toString('utf8');
  if (!isUtf8(body)) throw jsonInvalid('The body is not UTF-8', firstDamagedCharacter(body, text));
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw jsonInvalid(error.reason, codePointCount(text.slice(0, error.position)));
  }
}

/**
 * A value as plain data to echo in an error.
 *
 * Shape:  `JSON.stringify` prints it: numbers with all their digits and in Python's form (NaN and the infinities, which
 *         JSON lacks, as text); what goes beyond about 16 000 characters is cut, and `…` says how much is missing.
 */
export function jsonToPlain(value: JsonValue): unknown {
  return new PlainCopy().copy(value);
}

class PlainCopy {
  private left = ECHO_CHARACTERS;

  copy(value: JsonValue): unknown {
    this.left--;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return this.number(value.toString());
    if (value instanceof JsonFloat) {
      const text = pythonFloatText(value.value);
      return Number.isFinite(value.value) ? this.number(text) : text;
    }
    if (value instanceof Map) return this.object(value as ReadonlyMap<string, JsonValue>);
    return Array.isArray(value) ? this.array(value as readonly JsonValue[]) : value;
  }

  private text(value: string): string {
    const kept = Math.max(0, this.left);
    this.left -= value.length;
    return value.length <= kept ? value : `${value.slice(0, kept)}… (${value.length} characters)`;
  }

  private number(text: string): unknown {
    this.left -= text.length;
    return rawJson(text);
  }

  private array(items: readonly JsonValue[]): unknown[] {
    const copied: unknown[] = [];
    for (const item of items) {
      if (this.left <= 0) {
        copied.push(`… ${items.length - copied.length} more`);
        break;
      }
      copied.push(this.copy(item));
    }
    return copied;
  }

  private object(members: ReadonlyMap<string, JsonValue>): object {
    const entries: [string, unknown][] = [];
    for (const [key, member] of members) {
      if (this.left <= 0) {
        entries.push(['…', `${members.size - entries.length} more`]);
        break;
      }
      entries.push([this.text(key), this.copy(member)]);
    }
    // Defines own properties: `__proto__` is a key like any other.
    return Object.fromEntries(entries);
  }
}

/** A number that `JSON.stringify` prints as it is written. */
function rawJson(text: string): unknown {
  return (JSON as typeof JSON & { rawJSON(source: string): unknown }).rawJSON(text);
}

function jsonInvalid(error: string, position: number): InvalidValueError {
  const msg = 'JSON decode error';
  return new InvalidValueError(`${msg}: ${error} at character ${position}`, {
    issues: [{ type: 'json_invalid', loc: ['body', position], msg, input: {}, ctx: { error } }],
  });
}

/** The decoder puts U+FFFD for what it cannot read: there the text written back differs from the body. */
function firstDamagedCharacter(body: Buffer, text: string): number {
  const written = Buffer.from(text, 'utf8');
  let same = 0;
  while (written[same] === body[same]) same++;
  return codePointCount(body.subarray(0, same).toString('utf8'));
}

function codePointCount(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count--;
  }
  return count;
}
