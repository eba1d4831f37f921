import type { ShreddedLeaf } from './conversion/shredded-column.js';
import type { LeafColumn } from './format/column-tree.js';
import { encodeFileMetadata, type KeyValue } from './format/file-metadata.codec.js';
import { decodeRowGroup, encodeRowGroup, type RowGroup } from './format/row-group.codec.js';
import { footerBytes, PARQUET_MAGIC, type ParquetFooter } from './parquet-footer.js';
import type { OpenedFile } from './storage/source-storage.js';

/** Rows that a file is to hold. */
export interface AddedRows {
  /** Of each leaf of the file. */
  readonly leaves: readonly ShreddedLeaf[];
  readonly rows: number;
}

/** The end of a file with more rows: all before `keptBytes` stays as it is. */
export interface FileEnd {
  readonly keptBytes: number;
  readonly tail: Buffer;
}

/** A row group of ours grows until it has as many rows, or as many bytes. */
const GROUP_ROWS = 65_536;
const GROUP_BYTES = 16 * 1024 * 1024;

/**
 * The file with more rows. A last row group of ours that is still small grows; else the rows become one of their own. So
 * the number of row groups does not depend on how many rows come at a time.
 */
export async function fileWithRows(
  file: OpenedFile,
  footer: ParquetFooter,
  change: AddedRows & { readonly keyValues: readonly KeyValue[] },
): Promise<FileEnd> {
  const { metadata, leaves, start } = footer;
  const last = metadata.rowGroups.at(-1);
  const group = last === undefined ? undefined : decodeRowGroup(last);
  const grows = group !== undefined && canGrow(group, footer, change.rows);
  const chunks = grows
    ? await Promise.all(group.chunks.map((chunk) => file.read(chunk.start, chunk.start + chunk.bytes)))
    : [];
  const groupStart = grows ? group.chunks[0]!.start : start;
  const kept = grows ? metadata.rowGroups.slice(0, -1) : metadata.rowGroups;
  const encoded = encodeRowGroup({
    leaves,
    added: change.leaves,
    codecs: codecsOf(leaves, group),
    chunks,
    rows: change.rows + (grows ? group.rows : 0),
    start: groupStart,
    ordinal: kept.length,
  });
  const end = encodeFileMetadata(metadata, {
    rows: metadata.rows + BigInt(change.rows),
    rowGroups: [...kept, encoded.metadata],
    keyValues: change.keyValues,
  });
  return { keptBytes: groupStart, tail: Buffer.concat([encoded.data, footerBytes(end)]) };
}

/** A file of its own for rows, with the schema of another one. */
export function newFile(sample: ParquetFooter, added: AddedRows, keyValues: readonly KeyValue[]): Buffer {
  const last = sample.metadata.rowGroups.at(-1);
  const encoded = encodeRowGroup({
    leaves: sample.leaves,
    added: added.leaves,
    codecs: codecsOf(sample.leaves, last === undefined ? undefined : decodeRowGroup(last)),
    chunks: [],
    rows: added.rows,
    start: PARQUET_MAGIC.length,
    ordinal: 0,
  });
  const metadata = encodeFileMetadata(sample.metadata, {
    rows: BigInt(added.rows),
    rowGroups: [encoded.metadata],
    keyValues,
  });
  return Buffer.concat([PARQUET_MAGIC, encoded.data, footerBytes(metadata)]);
}

/** It lies at the very end, chunk behind chunk. */
function canGrow(
  { isOurs, rows, chunks }: RowGroup,
  { start, leaves }: ParquetFooter,
  added: number,
): boolean {
  if (!isOurs || chunks.length !== leaves.length || rows + added > GROUP_ROWS) return false;
  let position = chunks[0]!.start;
  for (const chunk of chunks) {
    if (chunk.start !== position || chunk.bytes <= 0) return false;
    position += chunk.bytes;
  }
  return position === start && start - chunks[0]!.start <= GROUP_BYTES;
}

function codecsOf(leaves: readonly LeafColumn[], group: RowGroup | undefined): (number | undefined)[] {
  return leaves.map((_, i) => group?.chunks[i]?.codec);
}
