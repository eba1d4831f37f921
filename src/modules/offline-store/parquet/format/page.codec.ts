import { CorruptDataError } from '../../../../common/errors/errors.js';
import type { LeafColumn } from './column-tree.js';
import type { Compression } from './compression.js';
import { decodeLevels, encodeLevels, type Levels } from './level.codec.js';
import { packBooleans, unpackBooleans } from './plain-values.js';
import { integerOf, PhysicalType } from './schema-element.codec.js';
import { ThriftReader } from './thrift-reader.js';
import { i32Field, structField, thriftStruct } from './thrift-writer.js';

/** What stands in a data page. */
export interface PageContent {
  readonly definitions: Levels;
  readonly repetitions: Levels;
  /** As `plainValues` makes them. */
  readonly values: Buffer;
}

/** A page as it stands in a file. */
export interface StoredPage {
  readonly bytes: Buffer;
  readonly headerBytes: number;
  readonly uncompressedBytes: number;
  /** Values and nulls. */
  readonly count: number;
}

const DATA_PAGE = 0;
const PLAIN = 0;
const RLE = 3;
const HEADER = { type: 1, uncompressed: 2, compressed: 3, data: 5 } as const;

/** A data page of the first version, which every reader knows: PLAIN values, RLE levels. Source: parquet.thrift. */
export function encodePage(leaf: LeafColumn, content: PageContent, compression: Compression): StoredPage {
  const { definitions, repetitions } = content;
  const isBoolean = leaf.element.physical === PhysicalType.BOOLEAN;
  const plain = Buffer.concat([
    levelSection(repetitions, leaf.maxRepetition),
    levelSection(definitions, leaf.maxDefinition),
    isBoolean ? packBooleans(content.values) : content.values,
  ]);
  const compressed = compression.compress(plain);
  const header = thriftStruct([
    i32Field(HEADER.type, DATA_PAGE),
    i32Field(HEADER.uncompressed, plain.length),
    i32Field(HEADER.compressed, compressed.length),
    structField(HEADER.data, [
      i32Field(1, definitions.length),
      i32Field(2, PLAIN),
      i32Field(3, RLE),
      i32Field(4, RLE),
    ]),
  ]);
  return {
    bytes: Buffer.concat([header, compressed]),
    headerBytes: header.length,
    uncompressedBytes: header.length + plain.length,
    count: definitions.length,
  };
}

/** The pages of a chunk that `encodePage` wrote. Errors: CorruptDataError. */
export function storedPages(chunk: Buffer): StoredPage[] {
  const pages: StoredPage[] = [];
  let start = 0;
  while (start < chunk.length) {
    const reader = new ThriftReader(chunk, start);
    const fields = reader.structFields();
    const compressed = integerOf(fields, HEADER.compressed);
    const uncompressed = integerOf(fields, HEADER.uncompressed);
    const data = fields.find(({ id }) => id === HEADER.data);
    const isOurs = integerOf(fields, HEADER.type) === DATA_PAGE && data !== undefined;
    if (!isOurs || compressed === undefined || uncompressed === undefined) throw unreadable();
    const headerBytes = reader.offset - start;
    const end = reader.offset + compressed;
    if (compressed < 0 || end > chunk.length) throw unreadable();
    pages.push({
      bytes: chunk.subarray(start, end),
      headerBytes,
      uncompressedBytes: headerBytes + uncompressed,
      count: integerOf(new ThriftReader(data.bytes).structFields(), 1) ?? 0,
    });
    start = end;
  }
  return pages;
}

/** Errors: CorruptDataError. */
export function decodePage(leaf: LeafColumn, page: StoredPage, compression: Compression): PageContent {
  const { bytes, headerBytes, uncompressedBytes, count } = page;
  const plain = compression.decompress(bytes.subarray(headerBytes), uncompressedBytes - headerBytes);
  const [repetitions, afterRepetitions] = readLevels(plain, 0, { max: leaf.maxRepetition, count });
  const [definitions, start] = readLevels(plain, afterRepetitions, { max: leaf.maxDefinition, count });
  const values = plain.subarray(start);
  const isBoolean = leaf.element.physical === PhysicalType.BOOLEAN;
  const held = definitions.filter((level) => level === leaf.maxDefinition).length;
  return { definitions, repetitions, values: isBoolean ? unpackBooleans(values, held) : values };
}

/** Nothing where there is only one level. */
function levelSection(levels: Levels, max: number): Buffer {
  if (max === 0) return Buffer.alloc(0);
  const encoded = encodeLevels(levels, max);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(encoded.length);
  return Buffer.concat([length, encoded]);
}

function readLevels(
  plain: Buffer,
  start: number,
  levels: { max: number; count: number },
): [number[], number] {
  const { max, count } = levels;
  if (max === 0) return [Array.from({ length: count }, () => 0), start];
  if (start + 4 > plain.length) throw unreadable();
  const end = start + 4 + plain.readUInt32LE(start);
  if (end > plain.length) throw unreadable();
  return [decodeLevels(plain.subarray(start + 4, end), max, count), end];
}

function unreadable(): CorruptDataError {
  return new CorruptDataError('a page that this program wrote cannot be read again');
}
