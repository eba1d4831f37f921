import { CorruptDataError, InvalidRequestError, NotSupportedError } from '../../../common/errors/errors.js';
import { withFixedSizes } from './format/arrow-schema.codec.js';
import { columnTree, type Column, type LeafColumn } from './format/column-tree.js';
import { decodeFileMetadata, type FileMetadata } from './format/file-metadata.codec.js';
import type { OpenedFile } from './storage/source-storage.js';

/** The end of a parquet file, read. */
export interface ParquetFooter {
  readonly metadata: FileMetadata;
  readonly columns: readonly Column[];
  readonly leaves: readonly LeafColumn[];
  /** Where it begins: the rows end here. */
  readonly start: number;
}

const MAGIC = Buffer.from('PAR1', 'latin1');
const ENCRYPTED_MAGIC = Buffer.from('PARE', 'latin1');
/** The length of the metadata and the magic. */
const TRAILER_BYTES = 8;
const FIRST_READ_BYTES = 64 * 1024;
const ARROW_SCHEMA = 'ARROW:schema';

/** Errors: InvalidRequestError (no parquet file, or a broken one), NotSupportedError (encrypted), UnavailableError. */
export async function readFooter(file: OpenedFile, label: string): Promise<ParquetFooter> {
  const { sizeBytes } = file;
  if (sizeBytes < MAGIC.length + TRAILER_BYTES) throw new InvalidRequestError(`${label}: not a parquet file`);
  const end = await file.read(Math.max(MAGIC.length, sizeBytes - FIRST_READ_BYTES), sizeBytes);
  const magic = end.subarray(-MAGIC.length);
  if (magic.equals(ENCRYPTED_MAGIC)) {
    throw new NotSupportedError(`${label}: it is encrypted, and rows cannot be added without its keys`);
  }
  if (!magic.equals(MAGIC)) {
    throw new InvalidRequestError(
      `${label}: not a parquet file, or one that is being written: it has no end`,
    );
  }
  const length = end.readUInt32LE(end.length - TRAILER_BYTES);
  const start = sizeBytes - TRAILER_BYTES - length;
  if (start < MAGIC.length)
    throw new InvalidRequestError(`${label}: the parquet file is broken: its footer is too long`);
  const held = end.length - TRAILER_BYTES;
  const bytes =
    length <= held ? end.subarray(held - length, held) : await file.read(start, sizeBytes - TRAILER_BYTES);
  return { ...decodeFooter(bytes, label), start };
}

function decodeFooter(bytes: Buffer, label: string): Omit<ParquetFooter, 'start'> {
  try {
    const metadata = decodeFileMetadata(bytes);
    const { columns, leaves } = columnTree(metadata.schema);
    const arrow = metadata.keyValues.find(({ key }) => key === ARROW_SCHEMA)?.value;
    const sized = arrow === undefined ? columns : withFixedSizes(columns, arrow.toString('latin1'));
    return { metadata, columns: sized, leaves };
  } catch (error) {
    if (error instanceof NotSupportedError) throw new NotSupportedError(`${label}: ${error.message}`);
    throw brokenFile(error, label);
  }
}

/** What a caller is told when the content of a file cannot be understood; other errors as they are. */
export function brokenFile(error: unknown, label: string): unknown {
  if (!(error instanceof CorruptDataError)) return error;
  return new InvalidRequestError(`${label}: the parquet file is broken: ${error.message}: write it again`, {
    cause: error,
  });
}

/** The length of the metadata and the magic, which end a file. */
export function footerBytes(metadata: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.length);
  return Buffer.concat([metadata, length, MAGIC]);
}

export { MAGIC as PARQUET_MAGIC };
