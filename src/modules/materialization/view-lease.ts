import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RegistryConfig } from '../../common/config/feature-store.js';
import { ConflictError, UnavailableError } from '../../common/errors/errors.js';
import { FileLock } from '../../common/locks/file-lock.js';
import { readHolder, tellHolder } from '../../common/locks/lock-holder.js';

/** Names of files end here on every file system. */
const LONGEST_NAME = 200;

const RETRY_MS = 200;

/** Who loads a view. */
export interface LeaseHolder {
  readonly jobId: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

export interface Lease {
  release(): void;
}

/**
 * Sees to it that of all jobs on one host only one loads a view at a time. A lease ends with its process, whichever way
 * that ends. Jobs on other hosts are not seen; what they write is protected by the event times of rows alone.
 */
export class ViewLeases {
  /** `directory` is made when it is not there. */
  constructor(
    private readonly directory: string,
    private readonly jobId: string,
  ) {}

  /**
   * Waits for as long as `waitMs` while another job has it.
   *
   * Errors: ConflictError that names the holder; UnavailableError (no lock is possible there); the reason of `signal`.
   */
  async acquireWithin(
    waitMs: number,
    { project, viewName }: { readonly project: string; readonly viewName: string },
    signal: AbortSignal,
  ): Promise<Lease> {
    const giveUpAtMs = performance.now() + waitMs;
    for (;;) {
      try {
        return this.acquire(project, viewName);
      } catch (error) {
        if (!(error instanceof ConflictError) || performance.now() >= giveUpAtMs) throw error;
      }
      await sleep(RETRY_MS, undefined, { signal });
    }
  }

  /** Errors: ConflictError that names the holder; UnavailableError (no lock is possible there). */
  acquire(project: string, viewName: string): Lease {
    const path = join(this.directory, fileName(project, viewName));
    const lock = attempt(this.directory, () => {
      mkdirSync(this.directory, { recursive: true });
      return FileLock.tryAcquire(`${path}.lock`);
    });
    if (lock === undefined) throw new ConflictError(heldBy(readHolder<LeaseHolder>(`${path}.json`)));
    const holder: LeaseHolder = { jobId: this.jobId, pid: process.pid, since: new Date().toISOString() };
    return { release: attempt(this.directory, () => tellHolder(lock, `${path}.json`, holder)) };
  }
}

/** Beside the registry: whoever records what was loaded can write there, and whoever shares it sees the leases. */
export function leaseDirectory({ path }: RegistryConfig): string {
  return `${path}.leases`;
}

function fileName(project: string, viewName: string): string {
  const name = `${encodeURIComponent(project)}.${encodeURIComponent(viewName)}`;
  if (name.length <= LONGEST_NAME) return name;
  return createHash('sha256').update(name).digest('hex');
}

function attempt<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnavailableError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnavailableError(`the lease of the view cannot be taken in ${directory}: ${reason}`, {
      cause: error,
    });
  }
}

function heldBy(holder: LeaseHolder | undefined): string {
  const who =
    holder === undefined
      ? 'another job'
      : `job ${holder.jobId} (process ${holder.pid}, since ${holder.since})`;
  return `${who} is loading it; try again when that has ended`;
}
