import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type FileMetaData } from 'hyparquet';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entry, offlineRows } from '../../../../test/support/offline-rows.js';
import { fileSource } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { InvalidRequestError, InvalidValueError, NotSupportedError, UnavailableError } from '../../../common/errors/errors.js';
import { FileLock } from '../../../common/locks/file-lock.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { OfflineEntry, RefusedEntry } from '../offline-store-writer.js';
import { checkOfflineSource, createOfflineRowChecker, createOfflineStoreWriter } from '../offline-store-writer-factory.js';
import { ParquetOfflineStoreWriter } from './parquet-offline-store-writer.js';
import { LocalStorage } from './storage/local-storage.js';
import type { OpenedFile } from './storage/source-storage.js';

const folder = new ParquetFolder();
const options = { integerTimestamps: 'refuse' } as const;
const writer = createOfflineStoreWriter({ type: 'file' }, folder.path, options);
const file = join(folder.path, 'data/rows.parquet');
const source = fileSource('data/rows.parquet');

beforeEach(async () => {
  rmSync(join(folder.path, 'data'), { recursive: true, force: true });
  await folder.write('data/rows.parquet', 'SELECT i::BIGINT AS id, i::TEXT AS name FROM range(3) t(i)');
});
afterAll(() => {
  folder.remove();
});

function row(id: number, number?: number, segment?: string): OfflineEntry {
  return entry({ id: [id], name: [`n${id}`] }, number, segment);
}

function append(...entries: OfflineEntry[]): Promise<readonly RefusedEntry[]> {
  return writer.append(source, entries);
}

async function ids(path = file): Promise<number[]> {
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), columns: ['id'] });
  return rows.map(({ id }) => Number(id));
}

async function metadata(path = file): Promise<FileMetaData> {
  return parquetMetadataAsync(await asyncBufferFromFile(path));
}

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail('did not fail'),
    (error: unknown) => error as Error,
  );
}

describe('entries', () => {
  it('are appended together, in their order, behind what is there', async () => {
    const before = readFileSync(file);
    expect(await append(row(10), row(11), entry({ id: [12, 13], name: ['a', null] }))).toEqual([]);
    expect(await ids()).toEqual([0, 1, 2, 10, 11, 12, 13]);
    expect((await metadata()).row_groups).toHaveLength(2);
    const footer = before.readUInt32LE(before.length - 8) + 8;
    expect(readFileSync(file).subarray(0, before.length - footer)).toEqual(before.subarray(0, -footer));
  });

  it('that come again are stored once, in whatever company', async () => {
    await append(row(10, 1), row(11, 2));
    await append(row(10, 1), row(11, 2), row(12, 3));
    await append(row(11, 2), row(20, 1, 'other'));
    await append(row(20, 1, 'other'), row(12, 3));
    expect(await ids()).toEqual([0, 1, 2, 10, 11, 12, 20]);
  });

  it('without an id are stored as often as they come', async () => {
    await append(row(10));
    await append(row(10));
    expect(await ids()).toEqual([0, 1, 2, 10, 10]);
  });

  it('that do not fit are handed back, and the others are stored', async () => {
    const wrong = entry({ id: ['x'], name: ['n'] }, 2);
    const lacking = entry({ id: [5] }, 3);
    const refused = await append(row(10, 1), wrong, lacking, row(11, 4));
    expect(refused.map(({ index }) => index)).toEqual([1, 2]);
    expect(refused[0]!.error).toBeInstanceOf(InvalidValueError);
    expect(refused[1]!.error).toBeInstanceOf(InvalidRequestError);
    expect(await ids()).toEqual([0, 1, 2, 10, 11]);
  });

  it('of a segment that is forgotten leave nothing in the footer', async () => {
    const own = createOfflineStoreWriter({ type: 'file' }, folder.path, options);
    await own.append(source, [row(1, 1, 'old'), row(2, 1, 'new')]);
    own.forget(['old']);
    await own.append(source, [row(3, 2, 'new')]);
    const marks = (await metadata()).key_value_metadata!.filter(({ key }) => key === 'salver.journal');
    expect(marks).toEqual([{ key: 'salver.journal', value: '{"new":2}' }]);
  });

  it('that hold no rows change nothing', async () => {
    const before = readFileSync(file);
    await append(entry({ id: [], name: [] }, 1));
    expect(readFileSync(file)).toEqual(before);
  });
});

describe('many small appends', () => {
  it('make one row group', async () => {
    for (let i = 0; i < 60; i++) await append(row(100 + i, i + 1));
    expect(await ids()).toEqual([0, 1, 2, ...Array.from({ length: 60 }, (_, i) => 100 + i)]);
    const { row_groups: groups, num_rows: rows } = await metadata();
    expect(groups.map((group) => Number(group.num_rows))).toEqual([3, 60]);
    expect(Number(rows)).toBe(63);
  });

  it('begin another one when it is large', async () => {
    const many = (count: number): OfflineEntry =>
      entry({ id: Array.from({ length: count }, (_, i) => i), name: Array.from({ length: count }, () => 'n') });
    for (const count of [40_000, 20_000, 5000, 10_000, 1]) await append(many(count));
    const groups = (await metadata()).row_groups.map((group) => Number(group.num_rows));
    expect(groups).toEqual([3, 65_000, 10_001]);
    expect((await ids()).length).toBe(75_004);
    expect((await ids()).slice(40_000, 40_006)).toEqual([39_997, 39_998, 39_999, 0, 1, 2]);
  });
});

describe('the file', () => {
  it('keeps its permissions and its owner', async () => {
    chmodSync(file, 0o640);
    if (process.getuid?.() === 0) chownSync(file, 12_345, 54_321);
    const before = statSync(file);
    await append(row(10));
    const after = statSync(file);
    expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
  });

  it('behind a symbolic link is the one that grows', async () => {
    symlinkSync('rows.parquet', join(folder.path, 'data/link.parquet'));
    await writer.append(fileSource('data/link.parquet'), [row(10)]);
    expect(await ids()).toEqual([0, 1, 2, 10]);
    expect(readdirSync(join(folder.path, 'data')).filter((name) => name.endsWith('.parquet')).sort()).toEqual([
      'link.parquet',
      'rows.parquet',
    ]);
  });

  it('that somebody else rewrites meanwhile keeps what they wrote', async () => {
    await folder.write('other.parquet', 'SELECT 70::BIGINT AS id, NULL::TEXT AS name');
    class Interrupted extends LocalStorage {
      private isFirst = true;

      override async replaceEnd(opened: OpenedFile, kept: number, tail: Buffer): Promise<boolean> {
        if (this.isFirst) copyFileSync(join(folder.path, 'other.parquet'), file);
        this.isFirst = false;
        return super.replaceEnd(opened, kept, tail);
      }
    }
    const storage = new Interrupted(folder.path);
    await new ParquetOfflineStoreWriter(() => storage, options).append(source, [row(10, 1)]);
    expect(await ids()).toEqual([70, 10]);
  });

  it('is freed of what a writer that died left beside it', async () => {
    const left = join(folder.path, 'data/.rows.parquet.01234567-89ab-cdef-0123-456789abcdef.salver-tmp');
    const other = join(folder.path, 'data/.else.parquet.01234567-89ab-cdef-0123-456789abcdef.salver-tmp');
    for (const path of [left, other]) writeFileSync(path, 'PAR1');
    await append(row(10));
    expect([existsSync(left), existsSync(other)]).toEqual([false, true]);
  });

  it('is written by one process at a time', async () => {
    const lock = FileLock.tryAcquire(join(folder.path, 'data/.rows.parquet.salver-lock'))!;
    let isDone = false;
    const appended = append(row(10)).then(() => (isDone = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isDone).toBe(false);
    lock.release();
    await appended;
    expect(await ids()).toEqual([0, 1, 2, 10]);
  });

  it('takes appends that come at the same time', async () => {
    const writers = [1, 2, 3].map(() => createOfflineStoreWriter({ type: 'duckdb' }, folder.path, options));
    await Promise.all(writers.flatMap((own, w) => [1, 2, 3, 4].map((n) => own.append(source, [row(10 * w + n)]))));
    expect((await ids()).slice(3).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24]);
  });
});

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
    const error = await failure(append(row(10)));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error.message).toContain(message);
    expect(error.message).toContain('data/rows.parquet');
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
    expect(() => createOfflineStoreWriter({ type: 'bigquery' }, folder.path, options)).toThrow(NotSupportedError);
  });

  it('a Delta table', async () => {
    mkdirSync(join(folder.path, 'data/delta/_delta_log'), { recursive: true });
    await expect(checkOfflineSource({ type: 'duckdb' }, folder.path, fileSource('data/delta'))).rejects.toThrow(
      NotSupportedError,
    );
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
      .poll(() => other.check(source, rows, Deadline.after(1000)).then(() => 'fits', () => 'no'), { timeout: 3000 })
      .toBe('fits');
  });
});
