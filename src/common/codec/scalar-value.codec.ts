import { JsonFloat, type JsonValue } from '../model/json-value.js';
import { NULL_TIMESTAMP, ValueType, type FeatureScalar, type ValueTypeNumber } from '../model/value.js';
import { parsePythonFloat, parsePythonInteger, truncateToInteger } from './python-number.js';
import { pythonText } from './python-text.js';
import { mapRows, ValueProblem } from './value-problem.js';

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

type PlainValue = boolean | number | bigint | string | JsonFloat;

interface ScalarRule {
  /** Checks the first value that is not null; the others go straight to `convert`. */
  readonly checkFirst?: (value: PlainValue) => void;
  readonly convert: (value: PlainValue) => FeatureScalar;
}

const RULES: ReadonlyMap<ValueTypeNumber, ScalarRule> = new Map<ValueTypeNumber, ScalarRule>([
  [ValueType.INT32, { convert: toInt32 }],
  [ValueType.INT64, { convert: toInt64 }],
  [ValueType.FLOAT, { convert: toFloat }],
  [ValueType.DOUBLE, { checkFirst: requireNumber, convert: toDouble }],
  [ValueType.STRING, { convert: toText }],
  [ValueType.BOOL, { checkFirst: requireBool, convert: toBool }],
  [ValueType.BYTES, { convert: refuseBytes }],
  [ValueType.UNIX_TIMESTAMP, { convert: toTimestamp }],
  [ValueType.UUID, { checkFirst: requireText, convert: toText }],
  [ValueType.TIME_UUID, { checkFirst: requireText, convert: toText }],
  [ValueType.DECIMAL, { checkFirst: requireText, convert: toText }],
  [ValueType.ZONED_TIMESTAMP, { convert: refuseZoned }],
]);

export function isScalarType(type: ValueTypeNumber): boolean {
  return RULES.has(type);
}

/**
 * Values of a column of a scalar type.
 *
 * Shape:  null, NaN, lists and objects become null; only in a timestamp column is NaN (as any float) the null sentinel.
 * Units:  timestamps in seconds.
 * Errors: ValueProblem with the row.
 * Source: spec/values.md part 2.2.
 */
export function convertScalars(
  type: ValueTypeNumber,
  values: readonly JsonValue[],
): (FeatureScalar | null)[] {
  const { checkFirst, convert } = RULES.get(type)!;
  const keepsNan = type === ValueType.UNIX_TIMESTAMP;
  let checked = checkFirst === undefined;
  return mapRows(values, (value) => {
    if (!isPlain(value)) return null;
    if (!checked) {
      checkFirst!(value);
      checked = true;
    }
    return !keepsNan && isNan(value) ? null : convert(value);
  });
}

function isPlain(value: JsonValue): value is PlainValue {
  return value !== null && (typeof value !== 'object' || value instanceof JsonFloat);
}

function isNan(value: PlainValue): boolean {
  return value instanceof JsonFloat && Number.isNaN(value.value);
}

/** Python's `int(value)`. */
function toInteger(value: PlainValue): number | bigint {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string') {
    const parsed = parsePythonInteger(value);
    if (parsed === undefined) throw new ValueProblem('is not an integer', 'int_parsing');
    return parsed;
  }
  if (!(value instanceof JsonFloat)) return value;
  if (!Number.isFinite(value.value)) throw new ValueProblem('is not a finite number', 'finite_number');
  return truncateToInteger(value.value);
}

export function toInt64(value: PlainValue): number | bigint {
  const integer = toInteger(value);
  if (typeof integer === 'bigint' && (integer < INT64_MIN || integer > INT64_MAX)) {
    throw new ValueProblem('does not fit 64 bits', 'int_range');
  }
  return integer;
}

export function toInt32(value: PlainValue): number {
  const integer = toInteger(value);
  if (integer < INT32_MIN || integer > INT32_MAX) throw new ValueProblem('does not fit 32 bits', 'int_range');
  return Number(integer);
}

/** Any number, also `true`, as a double. */
export function toDouble(value: PlainValue): number {
  if (typeof value === 'string') throw new ValueProblem('is not a number', 'float_type');
  if (value instanceof JsonFloat) return value.value;
  const converted = Number(value);
  if (!Number.isFinite(converted)) throw new ValueProblem('is too large for a float', 'float_range');
  return converted;
}

function toFloat(value: PlainValue): number {
  if (typeof value !== 'string') return Math.fround(toDouble(value));
  const parsed = parsePythonFloat(value);
  if (parsed === undefined) throw new ValueProblem('is not a number', 'float_parsing');
  return Math.fround(parsed);
}

function toText(value: PlainValue): string {
  return requireEncodable(pythonText(value));
}

/** Errors: ValueProblem for half of a surrogate pair, which UTF-8 cannot hold. */
export function requireEncodable(text: string): string {
  if (!text.isWellFormed()) throw new ValueProblem('holds half of a surrogate pair', 'string_unicode');
  return text;
}

function toBool(value: PlainValue): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' || value instanceof JsonFloat) {
    throw new ValueProblem('is not a boolean', 'bool_type');
  }
  return toInt64(value) !== 0;
}

/** Floats are never timestamps: they become the null sentinel, whole numbers too. */
export function toTimestamp(value: PlainValue): number | bigint {
  return value instanceof JsonFloat ? NULL_TIMESTAMP : toInt64(value);
}

function requireNumber(value: PlainValue): void {
  if (typeof value === 'boolean' || typeof value === 'string')
    throw new ValueProblem('is not a number', 'float_type');
}

function requireBool(value: PlainValue): void {
  if (typeof value === 'string' || value instanceof JsonFloat) {
    throw new ValueProblem('is neither a boolean nor an integer', 'bool_type');
  }
}

/** Zero passes every check of a first value in Feast. */
function requireText(value: PlainValue): void {
  const isZero = value === 0 || (value instanceof JsonFloat && value.value === 0);
  if (typeof value !== 'string' && !isZero) throw new ValueProblem('is not a text', 'string_type');
}

function refuseBytes(): never {
  throw new ValueProblem('is not bytes, which JSON cannot hold (base64 is not decoded)', 'bytes_type');
}

function refuseZoned(): never {
  throw new ValueProblem('is not a time with a zone, which JSON cannot hold', 'datetime_type');
}
