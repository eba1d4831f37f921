import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../../../common/errors/errors.js';
import { isMissing } from '../../../common/files/durable-files.js';
import type { Deadline } from '../../../common/model/deadline.js';

/** A file that was changed later than this before a read may be in the middle of a change. */
const SETTLE_MS = 50;
const ATTEMPTS = 20;

/** Without waiting for a writer, should the path be a pipe. Windows has no such flag. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export interface StableFile {
  readonly bytes: Uint8Array;
  /** Who and what the file was at both looks. */
  readonly stats: BigIntStats;
}

/**
 * Shape:  the whole file as it was at one moment: identity, size and times are the same before and after the read,
 *         and the last change is a while ago. Undefined when there is no file.
 * Errors: UnavailableError (it keeps changing, or is no file); errors of the file system.
 */
export async function readStableFile(path: string, deadline: Deadline): Promise<StableFile | undefined> {
  for (let attempt = 1; ; attempt++) {
    const read = await readOnce(path);
    if (read !== 'changing') return read;
    if (attempt === ATTEMPTS || deadline.expired) throw new UnavailableError(`${path} is being written to`);
  }
}

/** Shape: a text that differs when the file is another one or was changed, `missing` when there is none. */
export async function probeFile(path: string): Promise<string> {
  const stats = await statOrMissing(path);
  return stats === undefined ? 'missing' : identity(stats);
}

/** The same file, and not changed in between, as far as its entry tells. */
export function sameFile(left: BigIntStats, right: BigIntStats): boolean {
  return identity(left) === identity(right);
}

/** Undefined when there is no file. Errors: those of the file system. */
export async function statOrMissing(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readOnce(path: string): Promise<StableFile | undefined | 'changing'> {
  const handle = await openOrMissing(path);
  if (handle === undefined) return undefined;
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) throw new UnavailableError(`${path} is not a file`);
    const bytes = await handle.readFile();
    await settle(before);
    const after = await statOrMissing(path);
    const stable = after !== undefined && sameFile(before, after) && BigInt(bytes.length) === after.size;
    return stable ? { bytes, stats: after } : 'changing';
  } finally {
    await handle.close();
  }
}

async function openOrMissing(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, OPEN_FLAGS);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function settle(stats: BigIntStats): Promise<void> {
  const ageMs = Date.now() - Number(stats.mtimeNs / 1_000_000n);
  // A time in the future says nothing; waiting once is enough then.
  if (ageMs < SETTLE_MS) await sleep(Math.min(SETTLE_MS - ageMs, SETTLE_MS));
}

function identity(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}
