import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entry, offlineRows } from '../../../../test/support/offline-rows.js';
import { fileSource } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { InvalidValueError, NotSupportedError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { OfflineEntry, RefusedEntry } from '../offline-store-writer.js';
import { createOfflineRowChecker, createOfflineStoreWriter } from '../offline-store-writer-factory.js';

const folder = new ParquetFolder();
const options = { integerTimestamps: 'refuse' } as const;
const writer = createOfflineStoreWriter({ type: 'file' }, folder.path, options);
const checker = createOfflineRowChecker({ type: 'file' }, folder.path, options);

beforeEach(() => {
  rmSync(join(folder.path, 'data'), { recursive: true, force: true });
});
afterAll(() => {
  folder.remove();
});

function row(id: number, number?: number, segment?: string): OfflineEntry {
  return entry({ id: [id], name: [`n${id}`] }, number, segment);
}

function append(uri: string, ...entries: OfflineEntry[]): Promise<readonly RefusedEntry[]> {
  return writer.append(fileSource(uri), entries);
}

/** Files below `data`, those of ours with `#` for what is random. */
function files(): string[] {
  return globSync('data/**/*.{parquet,pq}', { cwd: folder.path })
    .map((path) => path.replace(/x[\da-f]{8}-[\da-f-]{27}/, '#'))
    .sort();
}

/** Rows as DuckDB reads them. */
async function read(pattern: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const path = join(folder.path, pattern);
  const result = await connection.runAndReadAll(
    `SELECT * FROM read_parquet('${path}', hive_partitioning = true) ORDER BY id`,
  );
  const rows = result.getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

const part = (name: string, id: number): Promise<void> =>
  folder.write(`data/${name}`, `SELECT ${id}::BIGINT AS id, 'n${id}' AS name`);

describe('a directory', () => {
  it('gets a file that is named after its entries', async () => {
    await part('first.parquet', 1);
    expect(await append('data', row(2, 1), row(3, 2))).toEqual([]);
    expect(files()).toEqual(['data/first.parquet', 'data/part-salver-segment-1-2.parquet']);
    expect(await read('data/*.parquet')).toEqual([
      ['1', 'n1'],
      ['2', 'n2'],
      ['3', 'n3'],
    ]);
  });

  it('holds entries once that come again, in whatever company', async () => {
    await part('first.parquet', 1);
    await append('data', row(2, 1), row(3, 2));
    await append('data', row(3, 2), row(4, 3), row(5, 1, 'a/b *'), row(6));
    await append('data', row(2, 1), row(3, 2), row(4, 3), row(5, 1, 'a/b *'));
    expect(files()).toEqual([
      'data/first.parquet',
      'data/part-salver-#.parquet',
      'data/part-salver-a%2Fb%20%2A-1-1.parquet',
      'data/part-salver-segment-1-2.parquet',
      'data/part-salver-segment-3-3.parquet',
    ]);
    expect((await read('data/*.parquet')).map(([id]) => Number(id))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('hands back what does not fit', async () => {
    await part('first.parquet', 1);
    const refused = await append('data', entry({ id: ['x'], name: ['a'] }, 1), row(2, 2));
    expect(refused.map(({ index }) => index)).toEqual([0]);
    expect((await read('data/*.parquet')).length).toBe(2);
  });

  it('refuses what it refused before a crash, and takes it when it fits by then', async () => {
    await part('first.parquet', 1);
    const wrong = entry({ id: ['x'], name: ['a'] }, 5);
    const refusals = async (...entries: OfflineEntry[]) =>
      (await append('data', ...entries)).map(({ index }) => index);
    expect(await refusals(row(4, 4), wrong, row(6, 6))).toEqual([1]);
    expect(await refusals(row(4, 4), wrong, row(6, 6))).toEqual([1]);
    expect(await refusals(row(4, 4), row(5, 5), row(6, 6))).toEqual([]);
    expect(await refusals(row(4, 4), row(5, 5), row(6, 6))).toEqual([]);
    expect((await read('data/*.parquet')).map(([id]) => Number(id))).toEqual([1, 4, 5, 6]);
  });

  it('does not refuse what it holds when that does not fit any more', async () => {
    await part('first.parquet', 1);
    await append('data', row(4, 4));
    const misfits = [entry({ id: ['x'], other: [1] }, 4), entry({ id: ['x'], other: [1] }, 5)];
    expect((await append('data', ...misfits)).map(({ index }) => index)).toEqual([1]);
  });

  it('is freed of what a writer that died left in it', async () => {
    await part('first.parquet', 1);
    const name = '.part-salver-segment-1-1.parquet.01234567-89ab-cdef-0123-456789abcdef.salver-tmp';
    writeFileSync(join(folder.path, 'data', name), 'PAR1');
    await append('data', row(2, 1));
    expect(existsSync(join(folder.path, 'data', name))).toBe(false);
  });
});

describe('partitions', () => {
  const rows = (month: readonly (string | number | null)[], number?: number): OfflineEntry =>
    entry({ id: month.map((_, i) => 10 + i), name: month.map(() => 'new'), month }, number);

  it('take their rows without their column, and are made when they are missing', async () => {
    await part('month=01/a.parquet', 1);
    await part('month=02/a.parquet', 2);
    expect(await append('data', rows([2, 1, 12, 2], 1))).toEqual([]);
    expect(files()).toEqual([
      'data/month=01/a.parquet',
      'data/month=01/part-salver-segment-1-1.parquet',
      'data/month=02/a.parquet',
      'data/month=02/part-salver-segment-1-1.parquet',
      'data/month=12/part-salver-segment-1-1.parquet',
    ]);
    const read12 = await read('data/*/*.parquet');
    expect(read12.map(([id, name, month]) => [id, name, Number(month)])).toEqual([
      ['1', 'n1', 1],
      ['2', 'n2', 2],
      ['10', 'new', 2],
      ['11', 'new', 1],
      ['12', 'new', 12],
      ['13', 'new', 2],
    ]);
  });

  it('of text and of null are encoded as hive does', async () => {
    await part('month=a b/x.parquet', 1);
    await append('data', rows(['a b', 'c/d=e', null]));
    expect(files().map((path) => relative('data', path))).toEqual([
      'month=__HIVE_DEFAULT_PARTITION__/part-salver-#.parquet',
      'month=a b/part-salver-#.parquet',
      'month=a b/x.parquet',
      'month=c%2Fd%3De/part-salver-#.parquet',
    ]);
  });

  it('that got their rows before a crash do not get them twice', async () => {
    await part('month=1/a.parquet', 1);
    await append('data', rows([1, 2], 1));
    rmSync(join(folder.path, 'data/month=2'), { recursive: true });
    await append('data', rows([1, 2], 1), rows([2], 2));
    expect(files()).toEqual([
      'data/month=1/a.parquet',
      'data/month=1/part-salver-segment-1-1.parquet',
      'data/month=2/part-salver-segment-1-2.parquet',
    ]);
  });

  it('refuse what names no folder, with the row', async () => {
    await part('month=1/a.parquet', 1);
    const { rows: bad } = rows([1, 'x']);
    const error = await checker.check(fileSource('data'), bad, Deadline.after(1000)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidValueError);
    expect((error as InvalidValueError).issues![0]!.loc).toEqual(['body', 'df', 'month', 1]);
    const refused = await append('data', { id: undefined, rows: bad });
    expect(refused).toHaveLength(1);
  });

  it('are refused where only some files have them', async () => {
    await part('month=1/a.parquet', 1);
    await part('b.parquet', 2);
    await expect(append('data', rows([1]))).rejects.toThrow('all have the same partitions');
  });

  it('are columns that a check expects', async () => {
    await part('month=1/a.parquet', 1);
    const given = offlineRows({ id: [1], name: ['a'] });
    await expect(checker.check(fileSource('data'), given, Deadline.after(1000))).rejects.toThrow(
      "missing_expected_columns: ['month']",
    );
  });
});

describe('a pattern', () => {
  it.each([
    ['data/*.parquet', 'data/part-salver-segment-1-1.parquet'],
    ['data/stats_*.parquet', 'data/stats_part-salver-segment-1-1.parquet'],
    ['data/*_x*.pq', 'data/part-salver-segment-1-1_x.pq'],
  ])('%s gets a file that it matches, once', async (pattern, name) => {
    await part('stats_1_x.parquet', 1);
    await part('stats_1_x.pq', 1);
    await append(pattern, row(2, 1));
    await append(pattern, row(2, 1));
    expect(files()).toContain(name);
    expect((await read(pattern)).map(([id]) => Number(id))).toEqual([1, 2]);
  });

  it('over partitions gets a file in the folder of each', async () => {
    await part('month=1/a.parquet', 1);
    await append('data/month=*/*.parquet', entry({ id: [2], name: ['b'], month: [5] }, 1));
    expect(files()).toEqual(['data/month=1/a.parquet', 'data/month=5/part-salver-segment-1-1.parquet']);
  });

  it('that does not say where new files belong is refused', async () => {
    await part('any/a.parquet', 1);
    await expect(append('data/*/*.parquet', row(2))).rejects.toThrow(NotSupportedError);
    await expect(append('data/*/a.parquet', row(2))).rejects.toThrow('cannot be added to this pattern');
  });
});

describe('the schema of a new file', () => {
  it('is that of the newest one, with its metadata', async () => {
    await part('a.parquet', 1);
    await folder.write(
      'data/b.parquet',
      "SELECT 2::INTEGER AS id, 'x' AS name",
      ", KV_METADATA {owner: 'team'}",
    );
    await append('data', row(3, 1));
    const bytes = readFileSync(join(folder.path, 'data/part-salver-segment-1-1.parquet'));
    expect(bytes.includes('team')).toBe(true);
    expect(bytes.includes('salver.journal')).toBe(false);
  });
});
