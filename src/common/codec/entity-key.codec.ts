import { CorruptDataError, InvalidValueError } from '../errors/errors.js';
import type { EntityColumn } from '../model/entity-column.js';
import { DUMMY_JOIN_KEY } from '../model/entity.js';
import { ValueType, type FeatureValue } from '../model/value.js';
import { entityKeyCell, type EntityKeyCell } from './entity-key-cell.js';

/** The type tag of every join key name. */
const NAME_TAG = ValueType.STRING;
const U32_BYTES = 4;
const DEFAULT_LOC: readonly string[] = ['body', 'entities'];

/** Encodes the keys of one set of join keys. */
export interface EntityKeyEncoder {
  /**
   * Shape:   `columns[k]` holds the values of `joinKeys[k]`; the result has one key per entry of `rows`, in their order,
   *          all in one piece of memory. A view without entities (its only join key is the dummy) may be given no
   *          columns: its key is always the same.
   * Errors:  InvalidValueError for a null, or a type or number that cannot be in a key; its `loc` is `loc` (by default
   *          `['body', 'entities']`), then the join key and the row.
   */
  encode(columns: readonly EntityColumn[], rows: readonly number[], loc?: readonly string[]): Uint8Array[];
}

/** The layouts by `entity_key_serialization_version`. */
interface KeyLayout {
  /** The count of keys and the lengths of names are written. */
  readonly isSelfDescribing: boolean;
  readonly int64Bytes: 4 | 8;
}

/**
 * Compiles the encoder of entity keys for a list of join keys.
 *
 *     count                               since version 3
 *     count x [ STRING  length  name  ]   the length since version 3
 *     count x [ type    length  value ]
 *
 * Shape:   names sorted by code point, values in the order of the names.
 * Units:   count, type and length are u32 little-endian; length in bytes. Numbers are little-endian two's complement,
 *          4 bytes for INT32 (and INT64 before version 2), else 8.
 * Errors:  InvalidValueError when a join key is named twice.
 * Source:  spec/entity-key.md; checked against entity-key-vectors.json.
 */
export function compileEntityKey(joinKeys: readonly string[], version: number): EntityKeyEncoder {
  const layout: KeyLayout = { isSelfDescribing: isSelfDescribing(version), int64Bytes: version <= 1 ? 4 : 8 };
  const columns = sortedNames(joinKeys);
  const head = Buffer.from(keyHead(columns, layout.isSelfDescribing));
  const dummyKey = joinKeys.length === 1 && joinKeys[0] === DUMMY_JOIN_KEY ? withEmptyText(head) : undefined;

  return {
    encode(values, rows, loc = DEFAULT_LOC) {
      if (dummyKey !== undefined && values.length === 0) return rows.map(() => dummyKey);
      const cells = columns.map(({ name, index }) => {
        const column = values[index];
        if (column === undefined) throw new InvalidValueError(`there is no column for the join key ${name}`);
        return entityKeyCell({ name, column, loc, int64Bytes: layout.int64Bytes });
      });
      return writeKeys(head, cells, rows);
    },
  };
}

/**
 * The head of every key of these join keys, up to the last name: what stores scan by. Feast always scans for the form of
 * version 3, and so finds nothing where older versions are written.
 *
 * Source: spec/entity-key.md.
 */
export function entityKeyPrefix(joinKeys: readonly string[], version = 3): Uint8Array {
  return keyHead(sortedNames(joinKeys), isSelfDescribing(version));
}

export interface EntityKey {
  readonly joinKeys: readonly string[];
  readonly values: readonly FeatureValue[];
}

/**
 * Reads a key of version 3.
 *
 * Shape:  values[i] belongs to joinKeys[i]. NUL bytes at the end of a name are dropped.
 * Errors: CorruptDataError for anything that is not such a key.
 * Source: spec/entity-key.md.
 */
export function decodeEntityKey(bytes: Uint8Array): EntityKey {
  const reader = new KeyReader(bytes);
  const count = reader.u32();
  const joinKeys: string[] = [];
  const values: FeatureValue[] = [];
  for (let i = 0; i < count; i++) {
    if (reader.u32() !== NAME_TAG) throw damaged('a name is not text');
    joinKeys.push(utf8(reader.payload(reader.u32())).replace(/\0+$/, ''));
  }
  while (!reader.atEnd) {
    const type = reader.u32();
    values.push(keyValue(type, reader.payload(reader.u32())));
  }
  return { joinKeys, values };
}

function isSelfDescribing(version: number): boolean {
  return version >= 3;
}

interface KeyName {
  readonly name: string;
  readonly bytes: Buffer;
  /** Among the join keys as given. */
  readonly index: number;
}

/** UTF-8 byte order is code point order; `<` on strings is the order of UTF-16 units. */
function sortedNames(joinKeys: readonly string[]): readonly KeyName[] {
  const twice = joinKeys.find((name, index) => joinKeys.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidValueError(`the join key ${twice} stands twice in an entity key`);
  return joinKeys
    .map((name, index) => ({ name, bytes: Buffer.from(name, 'utf8'), index }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
}

function keyHead(columns: readonly KeyName[], isSelfDescribing: boolean): Uint8Array {
  const parts = columns.map(({ bytes }) =>
    isSelfDescribing
      ? Buffer.concat([u32(NAME_TAG), u32(bytes.length), bytes])
      : Buffer.concat([u32(NAME_TAG), bytes]),
  );
  return Buffer.concat(isSelfDescribing ? [u32(columns.length), ...parts] : parts);
}

function withEmptyText(head: Uint8Array): Uint8Array {
  return Buffer.concat([head, u32(ValueType.STRING), u32(0)]);
}

function writeKeys(head: Buffer, cells: readonly EntityKeyCell[], rows: readonly number[]): Uint8Array[] {
  let size = head.length * rows.length;
  for (const cell of cells) {
    for (const row of rows) size += cell.maxSize(row);
  }
  const buffer = Buffer.allocUnsafe(size);
  const keys: Uint8Array[] = [];
  let at = 0;
  for (const row of rows) {
    const start = at;
    buffer.set(head, at);
    at += head.length;
    for (const cell of cells) at = cell.write(buffer, at, row);
    // A Buffer would cost twice as much.
    keys.push(new Uint8Array(buffer.buffer, buffer.byteOffset + start, at - start));
  }
  return keys;
}

class KeyReader {
  private at = 0;
  private readonly buffer: Buffer;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.at === this.buffer.length;
  }

  u32(): number {
    return this.payload(U32_BYTES).readUInt32LE(0);
  }

  payload(length: number): Buffer {
    if (this.buffer.length - this.at < length) throw damaged('it is cut off');
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }
}

function keyValue(type: number, payload: Buffer): FeatureValue {
  switch (type) {
    case ValueType.STRING:
      return { type, value: utf8(payload) };
    case ValueType.BYTES:
      return { type, value: Uint8Array.from(payload) };
    case ValueType.INT32:
      return { type, value: sized(payload, 4).readInt32LE(0) };
    case ValueType.INT64:
    case ValueType.UNIX_TIMESTAMP: {
      const value = sized(payload, 8).readBigInt64LE(0);
      return { type, value: Number.isSafeInteger(Number(value)) ? Number(value) : value };
    }
    default:
      throw damaged(`type number ${type} cannot be in a key`);
  }
}

function sized(payload: Buffer, length: number): Buffer {
  if (payload.length !== length) throw damaged('a number has the wrong length');
  return payload;
}

function utf8(bytes: Buffer): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new CorruptDataError('a stored entity key is damaged: a text is not UTF-8', { cause });
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function damaged(what: string): CorruptDataError {
  return new CorruptDataError(`a stored entity key is damaged: ${what}`);
}

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(U32_BYTES);
  bytes.writeUInt32LE(value);
  return bytes;
}
