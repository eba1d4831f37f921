import { convertTypedColumn } from '../../../common/codec/typed-column.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import type { JsonValue } from '../../../common/model/json-value.js';
import {
  ValueType,
  type FeaturePayload,
  type FeatureScalar,
  type FeatureValue,
  type ValueTypeNumber,
} from '../../../common/model/value.js';
import type { TypeShape } from '../../../definitions/field-type.js';
import { jsonOf } from './computed-document.js';

const INT32_MAX = 2 ** 31 - 1;
const INT64_MAX = 2n ** 63n - 1n;
const SHOWN_CHARACTERS = 40;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Writer = (value: unknown) => FeatureScalar;

/** What can be an item of a list or a set beside documents, and stand alone. */
const SCALARS: Readonly<Partial<Record<TypeShape['kind'], Writer>>> = {
  BYTES: bytesOf,
  PDF_BYTES: bytesOf,
  IMAGE_BYTES: bytesOf,
  STRING: textOf,
  INT32: int32Of,
  INT64: int64Of,
  FLOAT32: (value) => Math.fround(numberOf(value)),
  FLOAT64: numberOf,
  BOOL: booleanOf,
  UNIX_TIMESTAMP: secondsOf,
  UUID: textOf,
  TIME_UUID: textOf,
  DECIMAL: textOf,
};

/**
 * Makes of what a transformation in TypeScript returned for one row the payload of its type.
 *
 * Shape:  `type` is the number of the type as the registry has it.
 * Errors: of what is returned: ValueProblem without a row for anything that is no such value; it is not called with null.
 */
export function payloadWriter(shape: TypeShape, type: ValueTypeNumber): (value: unknown) => FeaturePayload {
  return SCALARS[shape.kind] ?? ((value) => computedPayload(shape, type, value));
}

function computedPayload(shape: TypeShape, type: ValueTypeNumber, value: unknown): FeaturePayload {
  if (shape.kind === 'LIST' || shape.kind === 'SET') {
    const item = SCALARS[shape.item.kind];
    if (item) return itemsOf(shape.kind, value).map(item);
  }
  if (shape.kind === 'ZONED_TIMESTAMP') return zonedOf(value);
  if (shape.kind === 'SCALAR_MAP') return scalarMapOf(value);
  const [payload] = convertTypedColumn(type, [jsonOf(shape, value)]).values;
  return payload ?? refuse(value, 'a document');
}

/** `a text, got 7`, for messages. */
function refuse(value: unknown, wanted: string): never {
  throw new ValueProblem(`must be ${wanted}, is ${shown(value)}`);
}

function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value);
    case 'object':
      return objectName(value);
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    case 'undefined':
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
  }
}

function objectName(value: object | null): string {
  if (value === null) return 'null';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'a Date that is no time' : 'a Date';
  if (Array.isArray(value)) return 'a list';
  return value instanceof Promise ? 'a promise' : 'an object';
}

function itemsOf(kind: 'LIST' | 'SET', value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (kind === 'SET' && value instanceof Set) return [...(value as ReadonlySet<unknown>)];
  return refuse(value, kind === 'SET' ? 'a Set or a list' : 'a list');
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') return refuse(value, 'a text');
  if (!value.isWellFormed()) throw new ValueProblem('holds half of a surrogate pair');
  return value;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : refuse(value, 'a number');
}

function int32Of(value: unknown): number {
  const isWhole =
    typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) <= INT32_MAX + 0.5;
  return isWhole ? value + 0 : refuse(value, 'a whole number of 32 bits');
}

function int64Of(value: unknown): number | bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value + 0;
  if (typeof value === 'bigint' && value <= INT64_MAX && value >= -INT64_MAX - 1n) {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  const hint = typeof value === 'number' && Number.isInteger(value) ? ': beyond 2^53 return a bigint' : '';
  return refuse(value, `a whole number of 64 bits${hint}`);
}

function booleanOf(value: unknown): boolean {
  return typeof value === 'boolean' ? value : refuse(value, 'true or false');
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : refuse(value, 'a Uint8Array');
}

function secondsOf(value: unknown): number {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return Math.floor(value.getTime() / 1000);
  return refuse(value, 'a Date');
}

function zonedOf(value: unknown): FeaturePayload {
  const given = (value ?? {}) as { readonly time?: unknown; readonly zone?: unknown };
  return { seconds: secondsOf(given.time), zone: textOf(given.zone) };
}

function scalarMapOf(value: unknown): FeaturePayload {
  if (!(value instanceof Map)) return refuse(value, 'a Map');
  return [...(value as ReadonlyMap<unknown, unknown>)].map(
    ([key, member]) => [keyOf(key), memberOf(member)] as const,
  );
}

/** Texts stand for UUIDs and decimals: a key of a scalar map is no text. */
function keyOf(key: unknown): FeatureValue {
  if (typeof key === 'string')
    return { type: UUID.test(key) ? ValueType.UUID : ValueType.DECIMAL, value: key };
  if (key instanceof Uint8Array) return { type: ValueType.BYTES, value: key };
  if (key instanceof Date) return { type: ValueType.UNIX_TIMESTAMP, value: secondsOf(key) };
  if (typeof key === 'boolean') return { type: ValueType.BOOL, value: key };
  if (typeof key === 'bigint' || Number.isSafeInteger(key))
    return { type: ValueType.INT64, value: int64Of(key) };
  return { type: ValueType.DOUBLE, value: numberOf(key) };
}

/** What a map holds has the type that Feast gives to such a value. */
function memberOf(value: unknown): FeatureValue {
  const json = jsonOf({ kind: 'MAP' }, { value }) as ReadonlyMap<string, JsonValue>;
  const [payload] = convertTypedColumn(ValueType.MAP, [json]).values;
  return (payload as ReadonlyMap<string, FeatureValue> | null)?.get('value') ?? null;
}
