import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../errors/errors.js';
import type { Deadline } from '../model/deadline.js';

/** The primary code of SQLite for "somebody else has the lock". */
const SQLITE_BUSY = 5;
const RETRY_MS = 5;
const RETRY_JITTER_MS = 20;

/**
 * A lock between processes of one host. It is an empty SQLite file in an exclusive transaction: the system frees it
 * when the holder dies, whichever way, so that nothing has to be cleaned up.
 */
export class FileLock {
  /** Of this process: a lock that nobody refers to must not be freed by the garbage collector. */
  static readonly #held = new Set<FileLock>();

  private constructor(private readonly database: DatabaseSync) {}

  /** Waits without blocking the process. Errors: UnavailableError (held until `deadline`, or not possible there). */
  static async acquire(path: string, deadline: Deadline): Promise<FileLock> {
    for (;;) {
      const lock = FileLock.tryAcquire(path);
      if (lock !== undefined) return lock;
      if (deadline.expired) throw new UnavailableError(`Another process holds ${path}`);
      await sleep(Math.min(RETRY_MS + Math.random() * RETRY_JITTER_MS, deadline.remainingMs()));
    }
  }

  /** Undefined when another one holds it. Errors: UnavailableError (not possible there). */
  static tryAcquire(path: string): FileLock | undefined {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { timeout: 0 });
      database.exec('BEGIN EXCLUSIVE');
      const lock = new FileLock(database);
      FileLock.#held.add(lock);
      return lock;
    } catch (error) {
      database?.close();
      if (isBusy(error)) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      throw new UnavailableError(`${path} cannot be locked: ${reason}`, { cause: error });
    }
  }

  /** The file stays: a lock that is removed can be held twice. */
  release(): void {
    FileLock.#held.delete(this);
    this.database.close();
  }
}

function isBusy(error: unknown): boolean {
  // The low byte is the primary code; the rest says more about it.
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}
