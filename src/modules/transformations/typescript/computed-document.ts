import { ValueProblem } from '../../../common/codec/value-problem.js';
import { JsonFloat, type JsonValue } from '../../../common/model/json-value.js';
import type { TypeShape } from '../../../definitions/field-type.js';

/** As deep as a stored value may be. */
const MAX_DEPTH = 32;

/**
 * Objects, lists and documents that a transformation returned, as the JSON that is stored in their place: floats are told
 * from whole numbers by the declared type of a member, else by their fraction.
 *
 * Errors: ValueProblem for what JSON cannot hold.
 */
export function jsonOf(shape: TypeShape | undefined, value: unknown, depth = 0): JsonValue {
  switch (typeof value) {
    case 'number':
      return numberJson(shape, value);
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'object':
      return objectJson(shape, value, depth + 1);
    case 'undefined':
      return null;
    case 'function':
    case 'symbol':
      throw new ValueProblem(`holds a ${typeof value}, which JSON cannot hold`);
  }
}

function objectJson(shape: TypeShape | undefined, value: object | null, depth: number): JsonValue {
  if (value === null) return null;
  if (depth > MAX_DEPTH) throw new ValueProblem(`is nested more than ${MAX_DEPTH} levels deep`);
  if (value instanceof Date) return dateJson(shape, value);
  if (ArrayBuffer.isView(value)) throw new ValueProblem('holds a list of bytes, which JSON cannot hold');
  if (Array.isArray(value) || value instanceof Set) {
    return Array.from(value as Iterable<unknown>, (item) => jsonOf(itemShape(shape), item, depth));
  }
  const members = value instanceof Map ? [...(value as ReadonlyMap<string, unknown>)] : Object.entries(value);
  return new Map(members.map(([name, member]) => [name, jsonOf(memberShape(shape, name), member, depth)]));
}

function itemShape(shape: TypeShape | undefined): TypeShape | undefined {
  return shape?.kind === 'LIST' || shape?.kind === 'SET' ? shape.item : undefined;
}

function memberShape(shape: TypeShape | undefined, name: string): TypeShape | undefined {
  return shape?.kind === 'STRUCT' && Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
}

function numberJson(shape: TypeShape | undefined, value: number): JsonValue {
  const isFloat = shape?.kind === 'FLOAT32' || shape?.kind === 'FLOAT64' || !Number.isSafeInteger(value);
  return isFloat ? new JsonFloat(value) : value;
}

function dateJson(shape: TypeShape | undefined, value: Date): JsonValue {
  if (Number.isNaN(value.getTime())) throw new ValueProblem('holds a Date that is no time');
  return shape?.kind === 'UNIX_TIMESTAMP' ? Math.floor(value.getTime() / 1000) : value.toISOString();
}
