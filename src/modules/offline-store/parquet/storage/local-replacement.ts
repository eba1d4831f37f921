import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants, copyFile, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UnavailableError } from '../../../../common/errors/errors.js';
import { replaceFile } from '../../../../common/files/durable-files.js';

/** No reader takes such names for data: hidden, and not parquet by their end. */
const SUFFIX = '.salver-tmp';
const TEMPORARY = /^\.(.+)\.[\da-f-]{36}\.salver-tmp$/;
const PERMISSION_BITS = 0o7777;

/** Makes the new content of a file at the place that it is given; the handle is open for writing. */
type Fill = (file: FileHandle, temporary: string) => Promise<void>;

/**
 * A file that appears at `path` at one instant: written beside it, fsynced, renamed, the folder fsynced.
 *
 * Shape:  owner and permissions of `old` when there is one; `mayReplace` is asked just before the rename, and false leaves
 *         everything as it was.
 * Errors: system errors; nothing is left behind.
 */
export function replaceSourceFile(
  path: string,
  old: Stats | undefined,
  steps: { fill: Fill; mayReplace: () => Promise<boolean> },
): Promise<boolean> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}${SUFFIX}`);
  return replaceFile(path, {
    temporary,
    fill: async (file) => {
      await steps.fill(file, temporary);
      if (old !== undefined) await keepOwner(file, old, path);
    },
    mayReplace: steps.mayReplace,
  });
}

/** The first bytes of another file, copied by the system (shared with it where the file system can). */
export async function copyStart(from: string, to: string, file: FileHandle, bytes: number): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await file.truncate(bytes);
}

/**
 * What a writer that died has left in a folder. Only for the holder of the lock.
 *
 * Shape:  `isOurs` gets the name of the file that was to be.
 */
export async function removeLeftovers(folder: string, isOurs: (name: string) => boolean): Promise<void> {
  for (const entry of await readdir(folder)) {
    const name = TEMPORARY.exec(entry)?.[1];
    if (name !== undefined && isOurs(name)) await rm(join(folder, entry), { force: true });
  }
}

async function keepOwner(file: FileHandle, old: Stats, path: string): Promise<void> {
  const now = await file.stat();
  if (now.uid !== old.uid || now.gid !== old.gid) {
    try {
      await file.chown(old.uid, old.gid);
    } catch (cause) {
      throw new UnavailableError(
        `${path}: it belongs to user ${old.uid}, group ${old.gid}, and this process (user ${now.uid}) cannot make a ` +
          'file that does: run it as that user, or give it the file',
        { cause },
      );
    }
  }
  await file.chmod(old.mode & PERMISSION_BITS);
}

/** Dates and size tell whether it is the same file still. */
export async function versionOf(path: string): Promise<string | undefined> {
  try {
    return versionOfStats(await stat(path));
  } catch {
    return undefined;
  }
}

export function versionOfStats({ dev, ino, size, mtimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs].join(' ');
}
