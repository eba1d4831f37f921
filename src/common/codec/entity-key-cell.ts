import { InvalidValueError } from '../errors/errors.js';
import type { EntityColumn } from '../model/entity-column.js';
import { ValueType, type FeaturePayload, type ValueTypeNumber } from '../model/value.js';
import { typeName } from './typed-column.js';

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
const TWO_32 = 2 ** 32;
/** Type tag and length. */
const HEAD_BYTES = 8;
/** Of one UTF-16 unit in UTF-8. */
const MAX_UNIT_BYTES = 3;
/** Up to here a loop is faster than the engine's encoder, whose calls have a fixed cost. */
const LOOP_UNITS = 32;

/** Writes the values of one column into keys. */
export interface EntityKeyCell {
  /** Bytes that `write` takes at most. Errors: InvalidValueError for what cannot be in a key. */
  maxSize(row: number): number;
  /** Returns the position after the value. `maxSize` was called for the row. */
  write(buffer: Buffer, at: number, row: number): number;
}

export interface KeyColumn {
  readonly name: string;
  readonly column: EntityColumn;
  /** Above the name of the column in a request. */
  readonly loc: readonly string[];
  /** 4 in keys before version 2. */
  readonly int64Bytes: 4 | 8;
}

const CELLS: ReadonlyMap<ValueTypeNumber, (key: KeyColumn) => EntityKeyCell> = new Map<
  ValueTypeNumber,
  (key: KeyColumn) => EntityKeyCell
>([
  [ValueType.STRING, textCell],
  [ValueType.BYTES, bytesCell],
  [ValueType.INT32, (key) => integerCell(key, 4)],
  [ValueType.INT64, (key) => integerCell(key, key.int64Bytes)],
  [ValueType.UNIX_TIMESTAMP, (key) => integerCell(key, 8)],
]);

/** Errors: a cell of a type that cannot be in a key throws InvalidValueError for every row. */
export function entityKeyCell(key: KeyColumn): EntityKeyCell {
  return (CELLS.get(key.column.type) ?? unsupportedCell)(key);
}

/** A column of nothing but nulls has no type: the complaint is then about the null. */
function unsupportedCell(key: KeyColumn): EntityKeyCell {
  return {
    maxSize(row) {
      requireValue(key, row);
      throw refused(
        key,
        row,
        `a value of type ${typeName(key.column.type)} cannot be part of an entity key: ` +
          'use INT32, INT64, STRING, BYTES or UNIX_TIMESTAMP',
      );
    },
    write: (_buffer, at) => at,
  };
}

function integerCell(key: KeyColumn, bytes: 4 | 8): EntityKeyCell {
  const { type, values } = key.column;
  return {
    maxSize(row) {
      const value = requireValue(key, row);
      if (!fits(value, bytes)) throw refused(key, row, `${shown(value)} does not fit ${bytes * 8} bits`);
      return HEAD_BYTES + bytes;
    },
    write(buffer, at, row) {
      const value = values[row] as number | bigint;
      writeU32(buffer, at, type);
      writeU32(buffer, at + 4, bytes);
      if (typeof value === 'bigint') return buffer.writeBigInt64LE(value, at + HEAD_BYTES);
      writeU32(buffer, at + HEAD_BYTES, value);
      if (bytes === 8) writeU32(buffer, at + HEAD_BYTES + 4, Math.floor(value / TWO_32));
      return at + HEAD_BYTES + bytes;
    },
  };
}

function shown(value: FeaturePayload): string {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : 'what is no number';
}

function fits(value: FeaturePayload, bytes: 4 | 8): boolean {
  if (typeof value === 'number') {
    return bytes === 4
      ? value >= INT32_MIN && value <= INT32_MAX && Number.isInteger(value)
      : Number.isSafeInteger(value);
  }
  return typeof value === 'bigint' && bytes === 8 && BigInt.asIntN(64, value) === value;
}

function textCell(key: KeyColumn): EntityKeyCell {
  const { type, values } = key.column;
  return {
    maxSize(row) {
      const text = requireValue(key, row);
      if (typeof text !== 'string') throw refused(key, row, 'not a text');
      if (!text.isWellFormed()) throw refused(key, row, 'half of a surrogate pair is no text');
      return HEAD_BYTES + text.length * MAX_UNIT_BYTES;
    },
    write(buffer, at, row) {
      const end = writeText(buffer, at + HEAD_BYTES, values[row] as string);
      writeU32(buffer, at, type);
      writeU32(buffer, at + 4, end - at - HEAD_BYTES);
      return end;
    },
  };
}

/** Returns the position after the text. */
function writeText(buffer: Buffer, at: number, text: string): number {
  if (text.length > LOOP_UNITS) return at + buffer.write(text, at, 'utf8');
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return at + buffer.write(text, at, 'utf8');
    buffer[at + i] = code;
  }
  return at + text.length;
}

function bytesCell(key: KeyColumn): EntityKeyCell {
  const { type, values } = key.column;
  return {
    maxSize(row) {
      const bytes = requireValue(key, row);
      if (!(bytes instanceof Uint8Array)) throw refused(key, row, 'not bytes');
      return HEAD_BYTES + bytes.length;
    },
    write(buffer, at, row) {
      const bytes = values[row] as Uint8Array;
      writeU32(buffer, at, type);
      writeU32(buffer, at + 4, bytes.length);
      buffer.set(bytes, at + HEAD_BYTES);
      return at + HEAD_BYTES + bytes.length;
    },
  };
}

function requireValue(key: KeyColumn, row: number): FeaturePayload {
  const value = key.column.values[row];
  if (value === null || value === undefined) throw refused(key, row, 'null cannot be part of an entity key');
  return value;
}

function refused({ name, loc }: KeyColumn, row: number, reason: string): InvalidValueError {
  return InvalidValueError.at([...loc, name, row], `${name}[${row}]: ${reason}`);
}

/** The low 32 bits of a number, little-endian. */
function writeU32(buffer: Buffer, at: number, value: number): void {
  const low = value | 0;
  buffer[at] = low;
  buffer[at + 1] = low >>> 8;
  buffer[at + 2] = low >>> 16;
  buffer[at + 3] = low >>> 24;
}
