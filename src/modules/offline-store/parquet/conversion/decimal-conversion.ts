import { JsonFloat, type JsonValue } from '../../../../common/model/json-value.js';
import { PhysicalType, type SchemaElement } from '../format/schema-element.codec.js';
import { misfit, type LeafConverter, type StoredValue } from './stored-value.js';

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?$/;
/** Above what 256 bits hold. */
const MAX_DIGITS = 320;

/**
 * Integers, floats and decimal text as unscaled integers.
 *
 * Shape:  text that has more fraction digits than the column is refused, a float is rounded, as Feast does.
 */
export function decimalConverter(precision: number, scale: number, element: SchemaElement): LeafConverter {
  const limit = 10n ** BigInt(precision);
  return (value) => {
    const unscaled = unscaledValue(value, scale);
    if (unscaled >= limit || unscaled <= -limit)
      misfit(`has more than ${precision - scale} digits before the point`);
    return stored(unscaled, element);
  };
}

function unscaledValue(value: JsonValue, scale: number): bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value) * 10n ** BigInt(scale);
  if (value instanceof JsonFloat && Number.isFinite(value.value)) {
    const digits = Number.isInteger(value.value) ? String(BigInt(value.value)) : String(value.value);
    return scaled(parse(digits), scale, true);
  }
  if (typeof value === 'string') return scaled(parse(value), scale, false);
  return misfit('is not a decimal number');
}

interface Digits {
  readonly unscaled: bigint;
  /** Digits behind the point; below 0 zeros before it. */
  readonly scale: number;
}

function parse(text: string): Digits {
  const match = DECIMAL.exec(text) ?? misfit('is not a decimal number');
  const [sign, whole, fraction, exponent = '0'] = match.slice(1) as [string, string, string, string?];
  if (whole.length + fraction.length === 0) misfit('is not a decimal number');
  if (text.length > MAX_DIGITS || Math.abs(Number(exponent)) > MAX_DIGITS) misfit('has too many digits');
  const size = BigInt(whole + fraction);
  return { unscaled: sign === '-' ? -size : size, scale: fraction.length - Number(exponent) };
}

function scaled({ unscaled, scale: given }: Digits, scale: number, isRounded: boolean): bigint {
  if (given <= scale) return unscaled * 10n ** BigInt(scale - given);
  const divisor = 10n ** BigInt(given - scale);
  const rest = unscaled % divisor;
  const cut = unscaled / divisor;
  if (rest === 0n) return cut;
  if (!isRounded) misfit(`has more than ${scale} digits behind the point`);
  const size = rest < 0n ? -rest : rest;
  const isUp = 2n * size > divisor || (2n * size === divisor && cut % 2n !== 0n);
  if (!isUp) return cut;
  return unscaled < 0n ? cut - 1n : cut + 1n;
}

function stored(unscaled: bigint, { physical, typeLength }: SchemaElement): StoredValue {
  if (physical === PhysicalType.INT32) return Number(unscaled);
  if (physical === PhysicalType.INT64) return unscaled;
  return bigEndian(
    unscaled,
    physical === PhysicalType.FIXED_LEN_BYTE_ARRAY ? typeLength : shortest(unscaled),
  );
}

function shortest(value: bigint): number {
  let bytes = 1;
  while (BigInt.asIntN(8 * bytes, value) !== value) bytes++;
  return bytes;
}

/** Two's complement. */
function bigEndian(value: bigint, length: number): Buffer {
  const bits = BigInt.asUintN(8 * length, value);
  return Buffer.from(bits.toString(16).padStart(2 * length, '0'), 'hex');
}
