import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Codes of file systems that cannot make the entry of a directory durable, or do not let this user. */
const NO_DIRECTORY_SYNC = new Set(['EINVAL', 'EISDIR', 'EPERM', 'EACCES', 'ENOTSUP', 'EBADF']);

/** How a file gets a successor. */
export interface FileReplacement {
  /** Where it is made: a path in the same directory. What a process that was killed left there is removed. */
  readonly temporary: string;
  /** Before the umask. */
  readonly mode?: number;
  /** Writes it; the handle is open for writing. */
  readonly fill: (file: FileHandle) => Promise<void>;
  /** Asked just before the last step; false leaves everything as it was. */
  readonly mayReplace?: () => Promise<boolean>;
}

/**
 * Puts a file in the place of another one, or of none, durably and in one step: readers see the old content or the new.
 *
 * Shape:  answers whether it was done.
 * Errors: those of the file system and of the steps; nothing is left behind then.
 */
export async function replaceFile(path: string, replacement: FileReplacement): Promise<boolean> {
  const { temporary, mayReplace } = replacement;
  try {
    await makeFile(replacement);
    if (mayReplace !== undefined && !(await mayReplace())) {
      await rm(temporary, { force: true });
      return false;
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
  return true;
}

/** What was made, renamed and removed in a directory outlives a power failure. Errors: those of the file system. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!NO_DIRECTORY_SYNC.has(codeOf(error) ?? '')) throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

async function makeFile({ temporary, mode, fill }: FileReplacement): Promise<void> {
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', mode);
  try {
    await fill(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
