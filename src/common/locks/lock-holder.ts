import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { FileLock } from './file-lock.js';

/**
 * Tells in a file beside a lock who holds it, for those who meet it.
 *
 * Shape:  answers what takes the file away and frees the lock.
 * Errors: those of the file system; the lock is free then.
 */
export function tellHolder(lock: FileLock, path: string, holder: object, mode = 0o666): () => void {
  try {
    writeFileSync(path, JSON.stringify(holder), { mode });
  } catch (error) {
    lock.release();
    throw error;
  }
  return () => {
    try {
      rmSync(path, { force: true });
    } finally {
      lock.release();
    }
  };
}

/** Undefined in the moment between taking a lock and telling so. */
export function readHolder<T extends object>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
