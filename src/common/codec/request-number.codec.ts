import { JsonFloat, type JsonObject, type JsonValue } from '../model/json-value.js';
import { parsePythonFloat, parsePythonInteger } from './python-number.js';
import type { Issues } from './request-body.codec.js';

type Place = readonly (string | number)[];

/**
 * An integer as pydantic's lax mode reads it (`"5"`, `5.0`, `true`), or undefined when absent or null.
 *
 * Shape: what is not a safe integer becomes the nearest number: it is too large for whatever it counts.
 */
export function readOptionalInteger(object: JsonObject, field: string, issues: Issues): number | undefined {
  const value = object.get(field);
  if (value === undefined || value === null) return undefined;
  const number = plainNumber(value);
  if (number !== undefined && Number.isInteger(number)) return number;
  const parsed = typeof value === 'string' ? parsePythonInteger(value.replace(/\.0*\s*$/, '')) : undefined;
  if (parsed !== undefined) return Number(parsed);
  const [type, reason] = integerMistake(value);
  issues.add(type, [field], `Input should be a valid integer${reason}`, value);
  return undefined;
}

function integerMistake(value: JsonValue): readonly [type: string, reason: string] {
  if (typeof value === 'string') return ['int_parsing', ', unable to parse string as an integer'];
  if (!(value instanceof JsonFloat)) return ['int_type', ''];
  return Number.isFinite(value.value)
    ? ['int_from_float', ', got a number with a fractional part']
    : ['finite_number', ', which is finite'];
}

/** What JSON has as a number, or as a boolean. */
function plainNumber(value: JsonValue): number | undefined {
  if (value instanceof JsonFloat) return value.value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? Number(value)
    : undefined;
}

/** A list of numbers, each as pydantic's lax mode reads it, or undefined when absent or null. */
export function readOptionalNumbers(
  object: JsonObject,
  field: string,
  issues: Issues,
): readonly number[] | undefined {
  const value = object.get(field);
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) {
    issues.add('list_type', [field], 'Input should be a valid list', value);
    return undefined;
  }
  return (value as readonly JsonValue[]).map((item, at) => readNumber(item, [field, at], issues));
}

/** A number, or undefined when absent or null. */
export function readOptionalNumber(object: JsonObject, field: string, issues: Issues): number | undefined {
  const value = object.get(field);
  return value === undefined || value === null ? undefined : readNumber(value, [field], issues);
}

function readNumber(value: JsonValue, place: Place, issues: Issues): number {
  const number = plainNumber(value);
  if (number !== undefined) return number;
  if (typeof value === 'string') {
    const parsed = parsePythonFloat(value);
    if (parsed !== undefined) return parsed;
    const msg = 'Input should be a valid number, unable to parse string as a number';
    issues.add('float_parsing', place, msg, value);
  } else {
    issues.add('float_type', place, 'Input should be a valid number', value);
  }
  return Number.NaN;
}
