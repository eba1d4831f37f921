import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConflictError, UnavailableError } from '../../common/errors/errors.js';
import { FileLock } from '../../common/locks/file-lock.js';
import { readHolder, tellHolder } from '../../common/locks/lock-holder.js';
import { Deadline } from '../../common/model/deadline.js';
import { FILE_MODE, makeDurableDirectory } from './durable-files.js';

const LOCK_FILE = 'journal.lock';
const HOLDER_FILE = 'holder.json';

/** Who brings the entries of a journal into the offline store. */
export interface JournalHolder {
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

/** Held by the one process that brings the entries of a journal into the offline store. */
export class JournalLock {
  private constructor(readonly release: () => void) {}

  /**
   * `waitMs`: a process that was killed a moment ago may still be on its way out.
   *
   * Errors: ConflictError that names the holder; UnavailableError (no lock is possible there); those of the file system.
   */
  static async acquire(directory: string, waitMs: number): Promise<JournalLock> {
    await makeDirectory(directory);
    const deadline = Deadline.after(waitMs);
    const lock = await acquireOrUndefined(join(directory, LOCK_FILE), deadline);
    if (lock === undefined) throw new ConflictError(heldMessage(directory));
    const holder: JournalHolder = { pid: process.pid, since: new Date().toISOString() };
    return new JournalLock(tellHolder(lock, join(directory, HOLDER_FILE), holder, FILE_MODE));
  }
}

/** Undefined when nobody holds it. Errors: UnavailableError. */
export function journalHolder(directory: string): JournalHolder | 'unknown' | undefined {
  if (!existsSync(join(directory, LOCK_FILE))) return undefined;
  const lock = FileLock.tryAcquire(join(directory, LOCK_FILE));
  if (lock === undefined) return holderIn(directory) ?? 'unknown';
  lock.release();
  return undefined;
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await makeDurableDirectory(directory);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnavailableError(`the directory of the journal cannot be made: ${reason} (journal.directory)`, {
      cause: error,
    });
  }
}

async function acquireOrUndefined(path: string, deadline: Deadline): Promise<FileLock | undefined> {
  try {
    return await FileLock.acquire(path, deadline);
  } catch (error) {
    // The same error says that it is held, and that it cannot be.
    if (error instanceof UnavailableError && error.cause === undefined) return undefined;
    throw error;
  }
}

function heldMessage(directory: string): string {
  const holder = holderIn(directory);
  const who = holder === undefined ? 'another process' : `process ${holder.pid}, since ${holder.since}`;
  return (
    `the journal in ${directory} is in use (${who}): two servers cannot share one. ` +
    'Stop the other one, or give this one a journal of its own (journal.directory in salver.yaml)'
  );
}

function holderIn(directory: string): JournalHolder | undefined {
  return readHolder<JournalHolder>(join(directory, HOLDER_FILE));
}
