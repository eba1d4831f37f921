import { CorruptDataError } from '../../../../common/errors/errors.js';

const GROUP = 8;

/** Levels of a leaf: below 256, as nesting is bounded. */
export type Levels = readonly number[] | Uint8Array;

/** Bits of a level up to `max`. */
function bitWidth(max: number): number {
  return 32 - Math.clz32(max);
}

export function joinedLevels(parts: readonly Levels[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

/**
 * Levels in the hybrid of runs and packed bits, without a length before it.
 *
 * Source: Encodings.md of Apache Parquet, RLE.
 */
export function encodeLevels(levels: Levels, max: number): Buffer {
  const width = bitWidth(max);
  const out: number[] = [];
  let i = 0;
  while (i < levels.length) {
    const run = runLength(levels, i);
    if (run >= GROUP || i + run === levels.length) {
      pushVarint(out, run * 2);
      pushValue(out, levels[i]!, width);
      i += run;
    } else {
      const end = packedEnd(levels, i);
      packBits(out, levels.slice(i, end), width);
      i = end;
    }
  }
  return Buffer.from(out);
}

/** Errors: CorruptDataError. */
export function decodeLevels(bytes: Buffer, max: number, count: number): number[] {
  const width = bitWidth(max);
  const levels: number[] = [];
  let position = 0;
  while (levels.length < count) {
    const header = readVarint(bytes, position);
    position = header.end;
    const size = header.value >> 1;
    if (header.value % 2 === 0) {
      const bytesOfValue = Math.ceil(width / 8);
      if (size === 0 || position + bytesOfValue > bytes.length) throw cutOff();
      const value = bytes.readUIntLE(position, bytesOfValue);
      position += bytesOfValue;
      for (let i = Math.min(size, count - levels.length); i > 0; i--) levels.push(value);
    } else {
      if (size === 0 || position + size * width > bytes.length) throw cutOff();
      unpackBits(levels, bytes.subarray(position, position + size * width), { width, count });
      position += size * width;
    }
  }
  return levels;
}

function runLength(levels: Levels, start: number): number {
  let end = start + 1;
  while (end < levels.length && levels[end] === levels[start]) end++;
  return end - start;
}

/** Whole groups until a run begins that is worth it; the last group may be filled with zeros. */
function packedEnd(levels: Levels, start: number): number {
  let end = start;
  while (end < levels.length && (end === start || runLength(levels, end) < GROUP)) {
    end = Math.min(end + GROUP, levels.length);
  }
  return end;
}

function packBits(out: number[], levels: Levels, width: number): void {
  const groups = Math.ceil(levels.length / GROUP);
  pushVarint(out, groups * 2 + 1);
  let [bits, held] = [0, 0];
  for (let i = 0; i < groups * GROUP; i++) {
    bits |= (levels[i] ?? 0) << held;
    for (held += width; held >= 8; held -= 8) {
      out.push(bits & 0xff);
      bits >>>= 8;
    }
  }
}

function unpackBits(
  levels: number[],
  bytes: Buffer,
  { width, count }: { width: number; count: number },
): void {
  let [bits, held] = [0, 0];
  for (const byte of bytes) {
    bits |= byte << held;
    for (held += 8; held >= width; held -= width) {
      if (levels.length < count) levels.push(bits & ((1 << width) - 1));
      bits >>>= width;
    }
  }
}

function pushValue(out: number[], value: number, width: number): void {
  for (let bits = 0; bits < width; bits += 8) out.push((value >> bits) & 0xff);
}

function pushVarint(out: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
}

function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { value: value >>> 0, end: start + i + 1 };
  }
  throw cutOff();
}

function cutOff(): CorruptDataError {
  return new CorruptDataError('the levels of a page are cut off');
}
