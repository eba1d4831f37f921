import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Others may not read what was pushed. */
export const FILE_MODE = 0o600;
export const DIRECTORY_MODE = 0o700;

/** Codes of file systems that cannot make the entry of a directory durable. */
const NO_DIRECTORY_SYNC = new Set(['EINVAL', 'EISDIR', 'EPERM', 'ENOTSUP', 'EBADF']);

/** Makes a directory, and durable that it is there. Errors: those of the file system. */
export async function makeDurableDirectory(directory: string): Promise<void> {
  const firstMade = await makeDirectories(directory);
  if (firstMade === undefined) return;
  for (let made = directory; ; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === firstMade || dirname(made) === made) return;
  }
}

/** The first one that was made; undefined when all were there. */
async function makeDirectories(directory: string): Promise<string | undefined> {
  try {
    return await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    // Node says of a read-only file system that there is no such file, unless it is to make one directory only.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(directory, { mode: DIRECTORY_MODE });
    return directory;
  }
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
    if (NO_DIRECTORY_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  }
}

/** Puts a file with this text in place of another one in one step, durably. Errors: those of the file system. */
export async function replaceDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await writeDurably(temporary, text, 'w');
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Adds text to the end of a file, durably. Errors: those of the file system. */
export async function appendDurably(path: string, text: string): Promise<void> {
  await writeDurably(path, text, 'a');
}

async function writeDurably(path: string, text: string, flags: 'a' | 'w'): Promise<void> {
  const handle = await open(path, flags, FILE_MODE);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}
