import type { ShreddedLeaf } from '../conversion/shredded-column.js';
import type { LeafColumn } from './column-tree.js';
import { appendToPages } from './column-pages.js';
import { compressionOf } from './compression.js';
import { decodeKeyValue, keyValue } from './file-metadata.codec.js';
import { storedPages, type StoredPage } from './page.codec.js';
import { integerOf } from './schema-element.codec.js';
import { ThriftReader, ThriftType, type ThriftField } from './thrift-reader.js';
import {
  i16Field,
  i32Field,
  i64Field,
  listField,
  structField,
  thriftBinary,
  thriftInteger,
  thriftStruct,
} from './thrift-writer.js';

/** What an append has to know of a row group. */
export interface RowGroup {
  readonly rows: number;
  readonly chunks: readonly ColumnChunk[];
  /** This program wrote it, in pages that it can read. */
  readonly isOurs: boolean;
}

export interface ColumnChunk {
  readonly codec: number;
  readonly start: number;
  readonly bytes: number;
}

export interface EncodedRowGroup {
  readonly data: Buffer;
  readonly metadata: Buffer;
}

const GROUP = { columns: 1, bytes: 2, rows: 3, offset: 5, compressed: 6, ordinal: 7 } as const;
const CHUNK = { offset: 2, metadata: 3 } as const;
const COLUMN = {
  type: 1,
  encodings: 2,
  path: 3,
  codec: 4,
  values: 5,
  uncompressed: 6,
  compressed: 7,
  keyValues: 8,
  dataOffset: 9,
  dictionaryOffset: 11,
} as const;
const PLAIN = 0;
const RLE = 3;
/** In the first column of each of our row groups: others do not copy it when they rewrite a file. */
const MARK = { key: 'salver.pages', value: '1' } as const;

/** Errors: CorruptDataError. Source: parquet.thrift, struct RowGroup. */
export function decodeRowGroup(bytes: Buffer): RowGroup {
  const fields = new ThriftReader(bytes).structFields();
  const columns = fields.find(({ id }) => id === GROUP.columns);
  const chunks = columns === undefined ? [] : new ThriftReader(columns.bytes).listItems().map(columnFields);
  return {
    rows: integerOf(fields, GROUP.rows) ?? 0,
    chunks: chunks.map((column) => ({
      codec: integerOf(column, COLUMN.codec) ?? 0,
      start: integerOf(column, COLUMN.dictionaryOffset) ?? integerOf(column, COLUMN.dataOffset) ?? 0,
      bytes: integerOf(column, COLUMN.compressed) ?? 0,
    })),
    isOurs: chunks[0] !== undefined && isMarked(chunks[0]),
  };
}

/** Rows, and where they will stand. */
export interface RowGroupContent {
  readonly leaves: readonly LeafColumn[];
  /** Of each leaf. */
  readonly added: readonly ShreddedLeaf[];
  /** Of each leaf, the number of a codec; undefined where nothing is known. */
  readonly codecs: readonly (number | undefined)[];
  /** Pages of each leaf that stand before the new rows; none for a group of its own. */
  readonly chunks: readonly Buffer[];
  readonly rows: number;
  readonly start: number;
  readonly ordinal: number;
}

/** A row group as it will stand at `start` in the file. */
export function encodeRowGroup(content: RowGroupContent): EncodedRowGroup {
  const { leaves, added, codecs, chunks, rows, start, ordinal } = content;
  const data: Buffer[] = [];
  const metadata: Buffer[] = [];
  let [position, uncompressedBytes] = [start, 0];
  leaves.forEach((leaf, i) => {
    const compression = compressionOf(codecs[i]);
    const old = chunks[i] === undefined ? [] : storedPages(chunks[i]);
    const pages = appendToPages(leaf, old, added[i]!, compression);
    const column = { leaf, pages, codec: compression.codec, start: position, isMarked: i === 0 };
    metadata.push(encodeChunk(column));
    data.push(...pages.map(({ bytes }) => bytes));
    position += sum(pages, (page) => page.bytes.length);
    uncompressedBytes += sum(pages, (page) => page.uncompressedBytes);
  });
  const group = [
    listField(GROUP.columns, ThriftType.STRUCT, metadata),
    i64Field(GROUP.bytes, uncompressedBytes),
    i64Field(GROUP.rows, rows),
    i64Field(GROUP.offset, start),
    i64Field(GROUP.compressed, position - start),
    // Counted in 16 bits: left out where there are more.
    ...(ordinal < 2 ** 15 ? [i16Field(GROUP.ordinal, ordinal)] : []),
  ];
  return { data: Buffer.concat(data), metadata: thriftStruct(group) };
}

interface EncodedColumn {
  readonly leaf: LeafColumn;
  readonly pages: readonly StoredPage[];
  readonly codec: number;
  readonly start: number;
  readonly isMarked: boolean;
}

function encodeChunk({ leaf, pages, codec, start, isMarked: marked }: EncodedColumn): Buffer {
  const mark = keyValue(MARK.key, MARK.value).bytes;
  const column = [
    i32Field(COLUMN.type, leaf.element.physical!),
    listField(COLUMN.encodings, ThriftType.I32, [thriftInteger(PLAIN), thriftInteger(RLE)]),
    listField(COLUMN.path, ThriftType.BINARY, leaf.path.map(thriftBinary)),
    i32Field(COLUMN.codec, codec),
    i64Field(
      COLUMN.values,
      sum(pages, (page) => page.count),
    ),
    i64Field(
      COLUMN.uncompressed,
      sum(pages, (page) => page.uncompressedBytes),
    ),
    i64Field(
      COLUMN.compressed,
      sum(pages, (page) => page.bytes.length),
    ),
    ...(marked ? [listField(COLUMN.keyValues, ThriftType.STRUCT, [mark])] : []),
    i64Field(COLUMN.dataOffset, start),
  ];
  return thriftStruct([i64Field(CHUNK.offset, start), structField(CHUNK.metadata, column)]);
}

function columnFields(chunk: Buffer): readonly ThriftField[] {
  const metadata = new ThriftReader(chunk).structFields().find(({ id }) => id === CHUNK.metadata);
  return metadata === undefined ? [] : new ThriftReader(metadata.bytes).structFields();
}

function isMarked(column: readonly ThriftField[]): boolean {
  const field = column.find(({ id }) => id === COLUMN.keyValues);
  if (field === undefined) return false;
  return new ThriftReader(field.bytes)
    .listItems()
    .map(decodeKeyValue)
    .some(({ key, value }) => key === MARK.key && value?.toString() === MARK.value);
}

function sum(pages: readonly StoredPage[], of: (page: StoredPage) => number): number {
  return pages.reduce((total, page) => total + of(page), 0);
}
