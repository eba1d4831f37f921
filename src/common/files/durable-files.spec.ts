import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isMissing, replaceFile, syncDirectory } from './durable-files.js';

let folder: string;
let path: string;
let temporary: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-files-'));
  path = join(folder, 'file');
  temporary = join(folder, '.file.tmp');
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (content: string) => ({
  temporary,
  fill: (file: { writeFile(text: string): Promise<void> }) => file.writeFile(content),
});

describe('a file that is replaced', () => {
  it('is there whole, whatever was left by another process', async () => {
    writeFileSync(temporary, 'left by a process that was killed, and longer');
    expect(await replaceFile(path, { ...text('one'), mode: 0o600 })).toBe(true);
    expect(await replaceFile(path, { ...text('two'), mode: 0o600 })).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('stays as it was when it may not be replaced any more', async () => {
    writeFileSync(path, 'old');
    expect(await replaceFile(path, { ...text('new'), mayReplace: async () => false })).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it.each<[string, object]>([
    ['its content cannot be written', { fill: () => Promise.reject(new Error('EIO')) }],
    ['nobody can say whether it may be', { mayReplace: () => Promise.reject(new Error('EIO')) }],
  ])('stays as it was when %s', async (_, steps) => {
    writeFileSync(path, 'old');
    await expect(replaceFile(path, { ...text('new'), ...steps })).rejects.toThrow('EIO');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('stays when it is a directory', async () => {
    mkdirSync(path);
    await expect(replaceFile(path, text('new'))).rejects.toThrow('EISDIR');
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

describe('a directory that is synced', () => {
  it('has to be there', async () => {
    await syncDirectory(folder);
    const error: unknown = await syncDirectory(path).catch((reason: unknown) => reason);
    expect(isMissing(error)).toBe(true);
    expect(isMissing(undefined)).toBe(false);
  });
});
