import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FILLER = 'filler';
const CHUNK = Buffer.alloc(4096, 'x');

/** Whether a process may have file systems of its own here, as users of most machines may. */
export const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

/** Folders of a process that are small file systems of their own, seen by nobody but it and its children. */
export class SmallDisks {
  /** Of the process that sees them. */
  pid = 0;
  private readonly folders: readonly string[];

  /** `folders`: absolute, and there; what they hold is copied. */
  constructor(folders: readonly string[]) {
    this.folders = folders;
  }

  /** What runs a command that sees them. */
  prefix(bytes: number, isReadOnly = false): readonly string[] {
    const mounts = this.folders.map(
      (folder) =>
        `cp -a '${folder}' '${folder}.first' && mount -t tmpfs -o size=${bytes} none '${folder}' && ` +
        `cp -a '${folder}.first/.' '${folder}'${isReadOnly ? ` && mount -o remount,ro '${folder}'` : ''}`,
    );
    return ['unshare', '-rm', 'sh', '-c', `${mounts.join(' && ')} && exec "$0" "$@"`];
  }

  /** To the last block. */
  fill(folder: string): void {
    const file = openSync(this.seen(folder, FILLER), 'a');
    try {
      for (;;) if (writeSync(file, CHUNK) < CHUNK.length) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(folder: string): void {
    rmSync(this.seen(folder, FILLER), { force: true });
  }

  /** Errors: an Error with what `mount` says, as when a file is open for writing. */
  setReadOnly(folder: string, isReadOnly: boolean): void {
    const options = `remount,${isReadOnly ? 'ro' : 'rw'}`;
    const inside = ['-t', String(this.pid), '-U', '-m', '--preserve-credentials'];
    const { status, stderr } = spawnSync('nsenter', [...inside, 'mount', '-o', options, folder], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`mount -o ${options}: ${stderr}`);
  }

  /** The path at which everybody sees a file of the folder. */
  seen(folder: string, name: string): string {
    return join(`/proc/${this.pid}/root`, folder, name);
  }
}
