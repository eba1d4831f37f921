import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type FileMetaData } from 'hyparquet';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entry } from '../../../../test/support/offline-rows.js';
import { fileSource } from '../../../../test/support/offline-sources.js';
import { RowsFile, WRITE_OPTIONS } from '../../../../test/support/rows-file.js';
import { InvalidRequestError, InvalidValueError } from '../../../common/errors/errors.js';
import { FileLock } from '../../../common/locks/file-lock.js';
import type { OfflineEntry, RefusedEntry } from '../offline-store-writer.js';
import { createOfflineStoreWriter } from '../offline-store-writer-factory.js';
import { ParquetOfflineStoreWriter } from './parquet-offline-store-writer.js';
import { LocalStorage } from './storage/local-storage.js';
import type { OpenedFile } from './storage/source-storage.js';

const rows = new RowsFile();
const { folder, source, writer, row } = rows;
const options = WRITE_OPTIONS;
const file = rows.path;

beforeEach(() => rows.make());
afterAll(() => folder.remove());

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

  it('that were refused are refused again after a crash, and are stored when they fit by then', async () => {
    const wrong = entry({ id: ['x'], name: ['n'] }, 5);
    const refusals = async (...entries: OfflineEntry[]) =>
      (await append(...entries)).map(({ index }) => index);
    expect(await refusals(row(4, 4), wrong, row(6, 6))).toEqual([1]);
    expect(await refusals(row(4, 4), wrong, row(6, 6))).toEqual([1]);
    expect(await refusals(wrong)).toEqual([0]);
    expect(await ids()).toEqual([0, 1, 2, 4, 6]);
    expect(await refusals(row(4, 4), row(5, 5), row(6, 6))).toEqual([]);
    expect(await refusals(row(4, 4), row(5, 5), row(6, 6))).toEqual([]);
    expect(await ids()).toEqual([0, 1, 2, 4, 6, 5]);
    await append(row(7, 7), entry({ id: ['x'], name: ['n'] }, 8), row(9, 9));
    await append(row(10, 10));
    expect((await metadata()).key_value_metadata).toContainEqual({
      key: 'salver.journal',
      value: '{"segment":10}',
    });
  });

  it('that are held are not refused when they do not fit any more', async () => {
    await append(row(4, 4));
    expect(await append(entry({ id: ['x'], other: [1] }, 4))).toEqual([]);
  });

  it('of a segment that is forgotten leave nothing in the footer', async () => {
    const own = createOfflineStoreWriter({ type: 'file' }, folder.path, options);
    await own.append(source, [row(1, 1, 'old'), row(2, 1, 'new')]);
    own.forget(['old']);
    await own.append(source, [row(3, 2, 'new')]);
    const marks = (await metadata()).key_value_metadata!.filter(({ key }) => key === 'salver.journal');
    expect(marks).toEqual([{ key: 'salver.journal', value: '{"new":2}' }]);
  });

  it('of segments that are gone for long are not remembered for ever', async () => {
    const own = createOfflineStoreWriter({ type: 'file' }, folder.path, options);
    await own.append(source, [row(1, 1, 'old'), row(2, 1, 'new')]);
    own.forget(['old', ...Array.from({ length: 10_000 }, (_, n) => `other-${n}`)]);
    await own.append(source, [row(3, 2, 'new')]);
    const marks = (await metadata()).key_value_metadata!.filter(({ key }) => key === 'salver.journal');
    expect(marks).toEqual([{ key: 'salver.journal', value: '{"old":1,"new":2}' }]);
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
      entry({
        id: Array.from({ length: count }, (_, i) => i),
        name: Array.from({ length: count }, () => 'n'),
      });
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
    expect(
      readdirSync(join(folder.path, 'data'))
        .filter((name) => name.endsWith('.parquet'))
        .sort(),
    ).toEqual(['link.parquet', 'rows.parquet']);
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
    await Promise.all(
      writers.flatMap((own, w) => [1, 2, 3, 4].map((n) => own.append(source, [row(10 * w + n)]))),
    );
    expect((await ids()).slice(3).sort((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24,
    ]);
  });
});
