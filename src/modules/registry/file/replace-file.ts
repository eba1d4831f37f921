import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isMissing, replaceFile } from '../../../common/files/durable-files.js';

/** As many as Linux follows. */
const MAX_LINKS = 40;

/**
 * Shape:  where a write to `path` has to go: links are followed, so that they stay; the file need not exist yet, its
 *         directory is made.
 * Errors: those of the file system.
 */
export async function resolveTarget(path: string): Promise<string> {
  let target = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    const next = await linkTarget(target);
    if (next === undefined) break;
    target = resolve(dirname(target), next);
  }
  await mkdir(dirname(target), { recursive: true });
  return join(await realpath(dirname(target)), basename(target));
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'EINVAL'))
      return undefined;
    throw error;
  }
}

/**
 * Writes a file beside `target`, durably, and puts it in its place in one step: a reader sees the old content or the
 * new one. `unchanged` is asked just before that step.
 *
 * Shape:  the new file has the mode, and where it may the owner, of `old`. Only to be called under the file's lock.
 *         Answers whether the file was replaced.
 * Errors: those of the file system; nothing is left behind then.
 */
export async function replaceRegistryFile(
  target: string,
  bytes: Uint8Array,
  old: BigIntStats | undefined,
  unchanged: () => Promise<boolean>,
): Promise<boolean> {
  await removeLeftovers(target);
  return replaceFile(target, {
    temporary: join(dirname(target), `${temporaryPrefix(target)}${randomUUID()}.tmp`),
    mode: 0o666,
    fill: async (file) => {
      if (old !== undefined) await keepOwnerAndMode(file, old);
      await file.writeFile(bytes);
    },
    mayReplace: unchanged,
  });
}

function temporaryPrefix(target: string): string {
  return `.${basename(target)}.`;
}

/** Of a writer that was killed: under the lock nobody else is writing one. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = temporaryPrefix(target);
  const names = await readdir(dirname(target));
  const leftovers = names.filter((name) => name.startsWith(prefix) && name.endsWith('.tmp'));
  await Promise.all(leftovers.map((name) => rm(join(dirname(target), name), { force: true })));
}

async function keepOwnerAndMode(handle: FileHandle, old: BigIntStats): Promise<void> {
  const { uid, gid } = await handle.stat({ bigint: true });
  if (uid !== old.uid || gid !== old.gid) {
    // Only root may give a file away; for anybody else the mode is what can be kept.
    await handle.chown(Number(old.uid), Number(old.gid)).catch(() => undefined);
  }
  await handle.chmod(Number(old.mode) & 0o7777);
}
