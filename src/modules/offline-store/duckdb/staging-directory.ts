import { readdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnavailableError } from '../../../common/errors/errors.js';

/** `salver-s3-` and the process that made it. */
const NAME = /^salver-s3-(\d+)-/;

/** A directory of this process alone for copies of objects: gone when it is closed, and when the process ends by itself. */
export class StagingDirectory implements AsyncDisposable {
  private constructor(readonly path: string) {
    process.once('exit', this.onExit);
  }

  /** Those of processes that were killed go first. Errors: UnavailableError. */
  static async make(parent = tmpdir()): Promise<StagingDirectory> {
    sweep(parent);
    try {
      return new StagingDirectory(await mkdtemp(join(parent, `salver-s3-${process.pid}-`)));
    } catch (cause) {
      throw new UnavailableError(
        `no directory for temporary files can be made in ${parent}, which TMPDIR names: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.removeListener('exit', this.onExit);
    await rm(this.path, { recursive: true, force: true });
  }

  private readonly onExit = (): void => rmSync(this.path, { recursive: true, force: true });
}

function sweep(parent: string): void {
  try {
    for (const name of readdirSync(parent)) {
      const [, pid] = NAME.exec(name) ?? [];
      if (pid !== undefined && !isAlive(Number(pid)))
        rmSync(join(parent, name), { recursive: true, force: true });
    }
  } catch {
    // What is somebody else's stays; that none can be made is told by who makes one.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
