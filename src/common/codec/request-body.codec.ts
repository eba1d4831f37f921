import { InvalidValueError, type RequestIssue } from '../errors/errors.js';
import { JsonFloat, type JsonObject, type JsonValue } from '../model/json-value.js';
import { jsonToPlain } from './json-document.codec.js';

/** Collects everything that is wrong with one body, so that one answer tells it all. */
export class Issues {
  private readonly found: RequestIssue[] = [];

  /** `loc` is below the body. */
  add(type: string, loc: readonly (string | number)[], msg: string, input?: JsonValue): void {
    this.found.push({
      type,
      loc: ['body', ...loc],
      msg,
      ...(input === undefined ? {} : { input: jsonToPlain(input) }),
    });
  }

  missing(field: string, body: JsonObject): void {
    this.add('missing', [field], 'Field required', body);
  }

  /** Errors: InvalidValueError with all issues. */
  throwIfAny(): void {
    if (this.found.length > 0)
      throw new InvalidValueError('The body has the wrong shape', { issues: this.found });
  }
}

/** Errors: InvalidValueError when there is no body, or one that is not an object. */
export function requireObject(body: JsonValue): JsonObject {
  if (body instanceof Map) return body as JsonObject;
  const issue: RequestIssue =
    body === null
      ? { type: 'missing', loc: ['body'], msg: 'Field required', input: null }
      : {
          type: 'model_attributes_type',
          loc: ['body'],
          msg: 'Input should be a valid dictionary or object to extract fields from',
          input: jsonToPlain(body),
        };
  throw new InvalidValueError(issue.msg, { issues: [issue] });
}

/** A text, or undefined when absent or null. */
export function readOptionalText(object: JsonObject, field: string, issues: Issues): string | undefined {
  const value = object.get(field);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  issues.add('string_type', [field], 'Input should be a valid string', value);
  return undefined;
}

/** A text; `fallback` when absent, or a problem without one. Null is no text. */
export function readText(object: JsonObject, field: string, issues: Issues, fallback?: string): string {
  const value = object.get(field);
  if (typeof value === 'string') return value;
  if (value !== undefined) issues.add('string_type', [field], 'Input should be a valid string', value);
  else if (fallback === undefined) issues.missing(field, object);
  return fallback ?? '';
}

/** A list of texts, empty when absent; null is not a list. */
export function readTexts(object: JsonObject, field: string, issues: Issues): readonly string[] {
  const value = object.get(field);
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    issues.add('list_type', [field], 'Input should be a valid list', value);
    return [];
  }
  for (let index = 0; index < value.length; index++) {
    const item = value[index] as JsonValue;
    if (typeof item !== 'string')
      issues.add('string_type', [field, index], 'Input should be a valid string', item);
  }
  return value as readonly string[];
}

const TRUE_WORDS = new Set(['1', 'true', 't', 'yes', 'y', 'on']);
const FALSE_WORDS = new Set(['0', 'false', 'f', 'no', 'n', 'off']);

/** A boolean as pydantic's lax mode reads it (`"true"`, 1, `"off"`); `absent`, by default false, when it is not there. */
// oxlint-disable-next-line max-params -- what is read, where problems go, and the default
export function readBoolean(object: JsonObject, field: string, issues: Issues, absent = false): boolean {
  const value = object.get(field);
  if (value === undefined) return absent;
  if (typeof value === 'boolean') return value;
  const word = booleanWord(value);
  if (word === undefined) {
    issues.add('bool_type', [field], 'Input should be a valid boolean', value);
    return false;
  }
  if (TRUE_WORDS.has(word)) return true;
  if (!FALSE_WORDS.has(word)) {
    issues.add('bool_parsing', [field], 'Input should be a valid boolean, unable to interpret input', value);
  }
  return false;
}

function booleanWord(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value.toLowerCase();
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof JsonFloat) return String(value.value);
  return undefined;
}
