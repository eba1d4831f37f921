import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing, replaceFile, syncDirectory } from '../../common/files/durable-files.js';

/** Others may not read what was pushed. */
export const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

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
    if (!isMissing(error)) throw error;
    await mkdir(directory, { mode: DIRECTORY_MODE });
    return directory;
  }
}

/** Puts a file with this text in place of another one in one step, durably. Errors: those of the file system. */
export async function replaceDurably(path: string, text: string): Promise<void> {
  await replaceFile(path, {
    temporary: `${path}.tmp`,
    mode: FILE_MODE,
    fill: (file) => file.writeFile(text),
  });
}

/** Adds text to the end of a file, durably. Errors: those of the file system. */
export async function appendDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'a', FILE_MODE);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
