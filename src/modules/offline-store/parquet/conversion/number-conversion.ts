import { JsonFloat, type JsonValue } from '../../../../common/model/json-value.js';
import { misfit, type ColumnContext, type LeafConverter } from './stored-value.js';

const INTEGER = /^(-?\d+|0[xX][\da-fA-F]+)$/;
const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const SPECIAL_FLOAT = /^([+-]?)(nan|inf(?:inity)?)$/i;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
]);
/** More digits than any type holds. */
const LONGEST_INTEGER = 40;

/**
 * Integers of JSON, floats without a fraction, truth values and decimal or hexadecimal text.
 *
 * Shape:  as INT64 stores them; the caller narrows them.
 * Source: Arrow's safe cast, test/fixtures/offline-store/row-vectors.
 */
export function integerConverter(bits: number, signed: boolean): (value: JsonValue) => bigint {
  const min = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const max = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  return (value) => {
    const integer = wholeNumber(value);
    if (integer < min || integer > max) misfit(`is not between ${min} and ${max}`);
    return integer;
  };
}

/** Errors: ValueProblem when it is none. */
export function wholeNumber(value: JsonValue): bigint {
  if (typeof value === 'string') {
    if (!INTEGER.test(value) || value.length > LONGEST_INTEGER) misfit('is not an integer');
    return BigInt(value);
  }
  if (value instanceof JsonFloat) {
    if (!Number.isInteger(value.value)) misfit('is not a whole number');
    return BigInt(value.value);
  }
  if (value === null || typeof value === 'object') return misfit('is not an integer');
  return BigInt(value);
}

/** Source: Arrow's safe cast: integers that the type does not hold exactly are refused, floats are rounded. */
export function floatConverter(bits: 16 | 32 | 64, { integersAreFloats }: ColumnContext): LeafConverter {
  const round = (value: number): number =>
    bits === 64 ? value : bits === 32 ? Math.fround(value) : halfFloat(value);
  return (value) => {
    if (typeof value === 'number' || typeof value === 'bigint') {
      const rounded = round(Number(value));
      if (!Number.isFinite(Number(value))) misfit('is beyond what floats hold');
      if (!integersAreFloats) requireHeld(value, rounded, bits);
      return rounded;
    }
    if (value instanceof JsonFloat) return round(value.value);
    if (typeof value === 'boolean' && bits !== 16) return value ? 1 : 0;
    if (typeof value === 'string') return round(floatOfText(value));
    return misfit('is not a number');
  };
}

/** Half floats are rounded even so. */
function requireHeld(value: number | bigint, rounded: number, bits: number): void {
  const isHeld = Number.isFinite(rounded) && (bits === 16 || BigInt(rounded) === BigInt(value));
  if (!isHeld) misfit(`cannot be held exactly by ${bits}-bit floats`);
}

function floatOfText(text: string): number {
  if (FLOAT.test(text)) return Number(text);
  const special = SPECIAL_FLOAT.exec(text);
  if (special === null) misfit('is not a number');
  if (special[2]!.toLowerCase() === 'nan') return NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}

/** Source: Arrow's cast: every number but 0 is true. */
export const toBoolean: LeafConverter = (value) => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value !== 0;
  if (value instanceof JsonFloat) return value.value !== 0;
  const truth = typeof value === 'string' ? BOOLEANS.get(value.toLowerCase()) : undefined;
  return truth ?? misfit('is not true or false');
};

const halfScratch = new DataView(new ArrayBuffer(4));

/** The nearest number that 16 bits hold. */
function halfFloat(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const size = Math.abs(value);
  // Below 2^-14 the step is 2^-24; above, ten bits follow the leading one.
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const step = 2 ** (exponent - 10);
  const rounded = roundHalfEven(size / step) * step;
  return Math.sign(value) * (rounded > 65504 ? Infinity : rounded);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  return rest > 0.5 || floor % 2 === 1 ? floor + 1 : floor;
}

/** Two bytes. Units: a number that `halfFloat` has rounded. */
export function halfFloatBytes(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(halfFloatBits(value));
  return bytes;
}

function halfFloatBits(value: number): number {
  halfScratch.setFloat32(0, value);
  const bits = halfScratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  if (Number.isNaN(value)) return sign | 0x7e00;
  const size = Math.abs(value);
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  return sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}
