import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { VECTOR_FOLDER } from '../../../../../test/support/row-vectors.js';
import { CorruptDataError, NotSupportedError } from '../../../../common/errors/errors.js';
import { columnTree } from './column-tree.js';
import { decodeFileMetadata, encodeFileMetadata } from './file-metadata.codec.js';
import { ThriftReader, ThriftType } from './thrift-reader.js';
import {
  binaryField,
  i32Field,
  i64Field,
  listField,
  structField,
  thriftInteger,
  thriftStruct,
} from './thrift-writer.js';

const files = readdirSync(join(VECTOR_FOLDER, 'files'));

function footerOf(file: string): { bytes: Buffer; footer: Buffer } {
  const bytes = readFileSync(join(VECTOR_FOLDER, 'files', file));
  const length = bytes.readUInt32LE(bytes.length - 8);
  return { bytes, footer: bytes.subarray(bytes.length - 8 - length, bytes.length - 8) };
}

describe('file metadata', () => {
  it.each(files)('of %s is written as it was read', (file) => {
    const { bytes, footer } = footerOf(file);
    const metadata = decodeFileMetadata(footer);
    expect(encodeFileMetadata(metadata, metadata)).toEqual(footer);
    const theirs = parquetMetadata(new Uint8Array(bytes).buffer);
    expect(metadata.schema.map(({ name }) => name)).toEqual(theirs.schema.map(({ name }) => name));
    expect(metadata.rows).toBe(theirs.num_rows);
  });

  it('keeps fields that it does not know', () => {
    const { footer } = footerOf('int64.parquet');
    const unknown = [
      structField(40, [
        listField(
          1,
          ThriftType.I32,
          Array.from({ length: 20 }, (_, i) => thriftInteger(i)),
        ),
      ]),
      { id: 41, type: ThriftType.TRUE, bytes: Buffer.alloc(0) },
      { id: 90, type: ThriftType.DOUBLE, bytes: Buffer.alloc(8, 7) },
      { id: 200, type: ThriftType.MAP, bytes: Buffer.from([1, 0x58, 4, 1, 97]) },
    ];
    const bytes = thriftStruct([...new ThriftReader(footer).structFields(), ...unknown]);
    const metadata = decodeFileMetadata(bytes);
    const longer = encodeFileMetadata(metadata, { ...metadata, rows: 5_000_000_000n });
    expect(decodeFileMetadata(longer).rows).toBe(5_000_000_000n);
    expect(new ThriftReader(longer).structFields().slice(-4)).toEqual(unknown);
  });

  it('that is cut off or changed anywhere is refused, or read, but never hangs or breaks', () => {
    const { footer } = footerOf('struct_nested.parquet');
    // One byte can make a field that says "encrypted".
    const isRefusal = (error: unknown): boolean =>
      error instanceof CorruptDataError || error instanceof NotSupportedError;
    const isSafe = (bytes: Buffer): boolean => {
      try {
        return columnTree(decodeFileMetadata(bytes).schema).columns.length >= 0;
      } catch (error) {
        return isRefusal(error);
      }
    };
    for (let end = 0; end < footer.length; end++) expect(isSafe(footer.subarray(0, end))).toBe(true);
    fc.assert(
      fc.property(fc.nat(footer.length - 1), fc.nat(255), (position, byte) => {
        const bytes = Buffer.from(footer);
        bytes[position] = byte;
        return isSafe(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('of an encrypted file is refused', () => {
    const { footer } = footerOf('int64.parquet');
    const bytes = thriftStruct([
      ...new ThriftReader(footer).structFields().filter(({ id }) => id < 8),
      structField(8, [i32Field(1, 1)]),
      binaryField(9, 'key'),
    ]);
    expect(() => decodeFileMetadata(bytes)).toThrow('it is encrypted');
  });

  it('numbers stand for themselves', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const [field] = new ThriftReader(thriftStruct([i64Field(1, value)])).structFields();
        expect(new ThriftReader(field!.bytes).integer()).toBe(value);
      }),
    );
  });
});
