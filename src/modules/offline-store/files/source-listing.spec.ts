import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModificationTimes } from './modification-times.js';
import { sourceFiles } from './source-files.js';
import { listSource } from './source-listing.js';

const repo = mkdtempSync(join(tmpdir(), 'salver-listing-'));
const FILES = [
  'd/b.parquet',
  'd/a.10.pq',
  'd/a.2.pq',
  'd/x=1/y=2/c.parq',
  'd/.hidden.parquet',
  'd/notes.txt',
];

beforeAll(() => {
  for (const file of FILES) {
    mkdirSync(join(repo, dirname(file)), { recursive: true });
    writeFileSync(join(repo, file), 'PAR1----PAR1');
  }
  symlinkSync('b.parquet', join(repo, 'd/link.parquet'));
  symlinkSync('nowhere', join(repo, 'd/broken.parquet'));
  mkdirSync(join(repo, 'd/folder.parquet'));
});
afterAll(() => rmSync(repo, { recursive: true }));

async function names(uri: string): Promise<string[] | undefined> {
  const listing = await listSource(uri, repo);
  return listing?.files.map(({ name }) => relative(repo, name));
}

describe('names of the files of a source', () => {
  it.each(['d', 'd/*.parquet', 'd/x=*/y=*/*', `file://${repo}/d`])(
    'are those that a reader of %s opens',
    async (uri) => {
      const read = sourceFiles(uri, repo).files.map(({ name }) => relative(repo, name));
      expect(read.length).toBeGreaterThan(0);
      expect(await names(uri)).toEqual(read);
    },
  );

  it('are those of directories and patterns', async () => {
    expect(await names('d/b.parquet')).toBeUndefined();
    expect(await names('nowhere.parquet')).toBeUndefined();
    await expect(names('d/*.none')).rejects.toThrow('no file has a name of this pattern');
    await expect(names('d/folder.parquet')).rejects.toThrow('holds no parquet files');
    await expect(names('s4://bucket/x')).rejects.toThrow('not s4://');
  });
});

describe('the newest file', () => {
  const at = (file: string, seconds: number): void => utimesSync(join(repo, 'd', file), seconds, seconds);
  const paths = ['b.parquet', 'a.10.pq', 'a.2.pq'].map((name) => join(repo, 'd', name));

  it('is known anew, but for files that never change', async () => {
    at('b.parquet', 100);
    at('a.10.pq', 300);
    at('a.2.pq', 200);
    const times = new ModificationTimes((path) => path.endsWith('a.10.pq'));
    expect(await times.newest(paths)).toBe(paths[1]);
    at('a.10.pq', 10);
    at('b.parquet', 250);
    expect(await times.newest(paths)).toBe(paths[1]);
    at('b.parquet', 350);
    expect(await times.newest(paths)).toBe(paths[0]);
    expect(await times.newest([paths[2]!, join(repo, 'gone')])).toBe(paths[2]);
    // It was not among the last ones.
    expect(await times.newest([paths[1]!, paths[2]!])).toBe(paths[2]);
  });
});
