import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLock } from './file-lock.js';
import { readHolder, tellHolder } from './lock-holder.js';

let folder: string;
let path: string;
let lock: FileLock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-holder-'));
  path = join(folder, 'holder.json');
  lock = FileLock.tryAcquire(join(folder, 'lock'))!;
});
afterEach(() => rmSync(folder, { recursive: true }));

const isFree = (): boolean => {
  const other = FileLock.tryAcquire(join(folder, 'lock'));
  other?.release();
  return other !== undefined;
};

describe('who holds a lock', () => {
  it('is told as long as it is held', () => {
    const release = tellHolder(lock, path, { pid: 7 });
    expect(readHolder(path)).toEqual({ pid: 7 });
    expect(isFree()).toBe(false);
    release();
    expect(readHolder(path)).toBeUndefined();
    expect(isFree()).toBe(true);
  });

  it('is nobody when it cannot be told', () => {
    mkdirSync(path);
    expect(() => tellHolder(lock, path, { pid: 7 })).toThrow('EISDIR');
    expect(isFree()).toBe(true);
  });

  it('is not known from a file that is no JSON', () => {
    writeFileSync(path, '{"pid"');
    expect(readHolder(path)).toBeUndefined();
    lock.release();
  });
});
