import type { DuckDBVector } from '@duckdb/node-api';
import type { WireWriter } from '../../../common/codec/protobuf-wire.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import type { SourceType } from '../source-type.js';
import { vectorHalves, vectorItems } from './vector-memory.js';

const INT32_MAX = 2 ** 31 - 1;
const TWO_32 = 2 ** 32;

/** Writes an item without a tag. Errors: ValueProblem. */
export type WriteItem = (out: WireWriter, index: number) => void;

export type IntegerType = SourceType & { kind: 'integer' };

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
    out.varintOfHalves(low, high);
  };
}

/** A safe integer. */
export function writeInteger(out: WireWriter, value: number): void {
  if (value >= 0) out.varint(value);
  else out.varintOfHalves(value | 0, Math.floor(value / TWO_32));
}

function doesNotFit(bits: 32 | 64): ValueProblem {
  return new ValueProblem(`does not fit ${bits} bits`);
}
