import type { CommandWriter } from './command-writer.js';

const FIXED_ARRAY = 0x90;
const FIXED_RAW = 0xa0;
const DOUBLE = 0xcb;
const RAW_16 = 0xda;
const RAW_32 = 0xdb;
const ARRAY_32 = 0xdd;

const MAX_FIXED_ARRAY = 15;
const MAX_FIXED_RAW = 31;
const MAX_RAW_16 = 0xffff;
const DOUBLE_BYTES = 9;

/** How many bytes `writePacked` writes for so many. */
export function packedLength(length: number): number {
  if (length <= MAX_FIXED_RAW) return length + 1;
  return length + (length <= MAX_RAW_16 ? 3 : 5);
}

/**
 * Bytes as MessagePack has them, which the scripts of Redis can read.
 *
 * Source: the published specification of MessagePack, in the form that had no type of its own for texts.
 */
export function writePacked(writer: CommandWriter, bytes: Uint8Array): void {
  const { length } = bytes;
  if (length <= MAX_FIXED_RAW) {
    writer.byte(FIXED_RAW | length);
  } else if (length <= MAX_RAW_16) {
    writer.byte(RAW_16);
    writer.uint16(length);
  } else {
    writer.byte(RAW_32);
    writer.uint32(length);
  }
  writer.raw(bytes);
}

/** How many bytes `writePackedNumbers` writes for so many. */
export function packedNumbersLength(count: number): number {
  return (count <= MAX_FIXED_ARRAY ? 1 : 5) + count * DOUBLE_BYTES;
}

/** A list of doubles. */
export function writePackedNumbers(writer: CommandWriter, numbers: readonly number[]): void {
  if (numbers.length <= MAX_FIXED_ARRAY) {
    writer.byte(FIXED_ARRAY | numbers.length);
  } else {
    writer.byte(ARRAY_32);
    writer.uint32(numbers.length);
  }
  for (const number of numbers) {
    writer.byte(DOUBLE);
    writer.double(number);
  }
}
