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
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof JsonFloat) {
    if (Number.isInteger(value.value)) return value.value;
    const msg = 'Input should be a valid integer, got a number with a fractional part';
    issues.add('int_from_float', [field], msg, value);
    return undefined;
  }
  const parsed = typeof value === 'string' ? parsePythonInteger(value.replace(/\.0*\s*$/, '')) : undefined;
  if (parsed !== undefined) return Number(parsed);
  if (typeof value === 'string') {
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    issues.add('int_parsing', [field], msg, value);
  } else {
    issues.add('int_type', [field], 'Input should be a valid integer', value);
  }
  return undefined;
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
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (value instanceof JsonFloat) return value.value;
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
