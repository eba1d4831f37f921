import {
  brotliCompressSync,
  brotliDecompressSync,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { snappyUncompress } from 'hyparquet';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';

/** How the pages of a column are compressed. */
export interface Compression {
  /** Number of `CompressionCodec` in parquet.thrift. */
  readonly codec: number;
  compress(bytes: Buffer): Buffer;
  /** `size` is that of the result; a page is never larger than what this process wrote. */
  decompress(bytes: Buffer, size: number): Buffer;
}

const SNAPPY: Compression = {
  codec: 1,
  // Snappy has no form for nothing at all that every reader takes.
  compress: (bytes) => Buffer.from(snappyCompress(bytes)),
  decompress: (bytes, size) => {
    const output = Buffer.alloc(size);
    snappyUncompress(bytes, output);
    return output;
  },
};

const COMPRESSIONS: readonly Compression[] = [
  { codec: 0, compress: (bytes) => bytes, decompress: (bytes) => bytes },
  SNAPPY,
  {
    codec: 2,
    compress: (bytes) => gzipSync(bytes),
    decompress: (bytes, size) => gunzipSync(bytes, { maxOutputLength: Math.max(1, size) }),
  },
  {
    codec: 4,
    compress: (bytes) => brotliCompressSync(bytes),
    decompress: (bytes, size) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, size) }),
  },
  {
    codec: 6,
    compress: (bytes) => zstdCompressSync(bytes),
    decompress: (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, size) }),
  },
];

/** That of the file; Snappy, which every reader knows, where this version cannot write it (LZO, LZ4) or there is none. */
export function compressionOf(codec: number | undefined): Compression {
  return COMPRESSIONS.find((compression) => compression.codec === codec) ?? SNAPPY;
}
