import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { offlineRows } from '../../../../test/support/offline-rows.js';
import { fileSource } from '../../../../test/support/offline-sources.js';
import { RowsFile, WRITE_OPTIONS } from '../../../../test/support/rows-file.js';
import { InvalidRequestError, NotSupportedError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import {
  checkOfflineSource,
  createOfflineRowChecker,
  createOfflineStoreWriter,
} from '../offline-store-writer-factory.js';
import { decodeFileMetadata, encodeFileMetadata } from './format/file-metadata.codec.js';
import { footerBytes } from './parquet-footer.js';
import { ParquetOfflineStoreWriter } from './parquet-offline-store-writer.js';
import { LocalStorage } from './storage/local-storage.js';
import type { OpenedFile } from './storage/source-storage.js';

const rows = new RowsFile();
const { folder, source, writer, row } = rows;
const options = WRITE_OPTIONS;
const file = rows.path;

beforeEach(() => rows.make());
afterAll(() => folder.remove());

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail('did not fail'),
    (error: unknown) => error as Error,
  );
}

describe('what goes wrong', () => {
  it.each([
    ['is not there', (): void => rmSync(file), 'there is no such file'],
    ['is empty', (): void => truncateSync(file), 'the file is empty'],
    ['is cut off', (): void => truncateSync(file, 100), 'cut off'],
    ['is something else', (): void => writeFileSync(file, 'not parquet at all'), 'not a parquet file'],
    [
      'has a broken footer',
      (): void => {
        const bytes = readFileSync(file);
        bytes.fill(0xff, bytes.length - 200, bytes.length - 8);
        writeFileSync(file, bytes);
      },
      'the parquet file is broken',
    ],
    [
      'has a footer that is longer than the file',
      (): void => {
        const bytes = readFileSync(file);
        bytes.writeUInt32LE(2 ** 31, bytes.length - 8);
        writeFileSync(file, bytes);
      },
      'its footer is too long',
    ],
  ])('a file that %s', async (_, damage, message) => {
    damage();
    const error = await failure(writer.append(source, [row(10)]));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error.message).toContain(message);
    expect(error.message).toContain('data/rows.parquet');
  });

  it('a file with a broken row group', async () => {
    const old = readFileSync(file);
    const start = old.length - 8 - old.readUInt32LE(old.length - 8);
    const metadata = decodeFileMetadata(old.subarray(start, -8));
    // Thrift of the right length, but its columns are a text.
    const group = Buffer.from([0x18, 0x1c, ...Array<number>(0x1c).fill(0xff), 0]);
    const { rows, keyValues } = metadata;
    const footer = footerBytes(encodeFileMetadata(metadata, { rows, keyValues, rowGroups: [group] }));
    const bytes = Buffer.concat([old.subarray(0, start), footer]);
    writeFileSync(file, bytes);
    for (const work of [
      () => writer.append(source, [row(10)]),
      () => checkOfflineSource({ type: 'file' }, folder.path, source),
    ]) {
      const error = await failure(work());
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect(error.message).toMatch(/^data\/rows\.parquet: the parquet file is broken: .*: write it again$/);
    }
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('a full disk: nothing is changed, nothing is left', async () => {
    class Full extends LocalStorage {
      override async replaceEnd(opened: OpenedFile, kept: number): Promise<boolean> {
        // A size that no disk has.
        return super.replaceEnd(opened, kept, { length: 2 ** 50 } as Buffer);
      }
    }
    const before = readFileSync(file);
    const full = new ParquetOfflineStoreWriter(() => new Full(folder.path), options);
    expect(await failure(full.append(source, [row(1)]))).toBeInstanceOf(UnavailableError);
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(join(folder.path, 'data')).filter((name) => name.endsWith('tmp'))).toEqual([]);
  });

  it('a source without a file', async () => {
    const error = await failure(writer.append({ ...source, uri: undefined }, [row(1)]));
    expect(error).toBeInstanceOf(NotSupportedError);
  });

  it('an offline store that is not made of files', () => {
    expect(() => createOfflineStoreWriter({ type: 'bigquery' }, folder.path, options)).toThrow(
      NotSupportedError,
    );
  });

  it('a Delta table', async () => {
    mkdirSync(join(folder.path, 'data/delta/_delta_log'), { recursive: true });
    await expect(
      checkOfflineSource({ type: 'duckdb' }, folder.path, fileSource('data/delta')),
    ).rejects.toThrow(NotSupportedError);
  });
});

describe('a check', () => {
  const checker = createOfflineRowChecker({ type: 'file' }, folder.path, options);

  it('compares the columns as Feast does', async () => {
    const rows = offlineRows({ id: [1], "it's": [1], extra: [2] });
    const error = await failure(checker.check(source, rows, Deadline.after(1000)));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error.message).toBe(
      'The input dataframe columns do not match the batch source columns. ' +
        `missing_expected_columns: ['name'], extra_unexpected_columns: ['extra', "it's"].`,
    );
  });

  it('sees another schema soon', async () => {
    const other = createOfflineRowChecker({ type: 'file' }, folder.path, options);
    const rows = offlineRows({ id: [1], more: [true] });
    await expect(other.check(source, rows, Deadline.after(1000))).rejects.toThrow('missing_expected_columns');
    await folder.write('data/rows.parquet', 'SELECT 1::BIGINT AS id, true AS more');
    await expect
      .poll(
        () =>
          other.check(source, rows, Deadline.after(1000)).then(
            () => 'fits',
            () => 'no',
          ),
        { timeout: 60_000 },
      )
      .toBe('fits');
  });
});
