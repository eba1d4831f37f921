import type { DuckDBVector } from '@duckdb/node-api';
import type { WireWriter } from '../../../common/codec/protobuf-wire.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import type { SourceTypeOf } from '../source-type.js';
import { vectorHalves, vectorItems } from './vector-memory.js';

const INT32_MAX = 2 ** 31 - 1;
const TWO_32 = 2 ** 32;
/** High halves from here on are of integers that are not safe. */
const UNSAFE_HIGH_HALF = 2 ** 21;
/** What the varint of every negative number takes. */
const NEGATIVE_BYTES = 10;

const negative = new Uint8Array(NEGATIVE_BYTES);

/** Writes an item without a tag. Errors: ValueProblem. */
export type WriteItem = (out: WireWriter, index: number) => void;

export type IntegerType = SourceTypeOf<'integer'>;

/** The varints of a vector of integers, which must fit `bits`. */
export function integerItems(type: IntegerType, bits: 32 | 64, vector: DuckDBVector): WriteItem {
  if (type.bits === 64) return wideItems(type.signed, bits, vector);
  const items = vectorItems(vector);
  return (out, index) => {
    const value = items[index] as number;
    if (bits === 32 && value > INT32_MAX) throw doesNotFit(32);
    writeInteger(out, value);
  };
}

function wideItems(signed: boolean, bits: 32 | 64, vector: DuckDBVector): WriteItem {
  const halves = vectorHalves(vector);
  return (out, index) => {
    const low = halves[2 * index]!;
    const high = halves[2 * index + 1]!;
    if (!signed && high < 0) throw doesNotFit(bits);
    if (bits === 32 && high !== low >> 31) throw doesNotFit(32);
    if (high < 0) writeNegative(out, low, high);
    else if (high < UNSAFE_HIGH_HALF) out.varint(high * TWO_32 + (low >>> 0));
    else out.varint64((BigInt(high) << 32n) | BigInt(low >>> 0));
  };
}

/** A safe integer. */
export function writeInteger(out: WireWriter, value: number): void {
  if (value >= 0) out.varint(value);
  else writeNegative(out, value | 0, Math.floor(value / TWO_32));
}

/** Two's complement, seven bits at a time: BigInt would take ten times as long. */
function writeNegative(out: WireWriter, low: number, high: number): void {
  let lowRest = low >>> 0;
  let highRest = high >>> 0;
  for (let at = 0; at < NEGATIVE_BYTES; at++) {
    negative[at] = (lowRest & 0x7f) | 0x80;
    lowRest = ((lowRest >>> 7) | (highRest << 25)) >>> 0;
    highRest >>>= 7;
  }
  negative[NEGATIVE_BYTES - 1] = 1;
  out.raw(negative);
}

function doesNotFit(bits: 32 | 64): ValueProblem {
  return new ValueProblem(`does not fit ${bits} bits`);
}
