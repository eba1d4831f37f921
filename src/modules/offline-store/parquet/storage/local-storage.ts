import { constants, statSync, type Stats } from 'node:fs';
import { access, mkdir, open, readdir, readFile, realpath, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  InvalidRequestError,
  NotSupportedError,
  UnavailableError,
} from '../../../../common/errors/errors.js';
import { isMissing, syncDirectory } from '../../../../common/files/durable-files.js';
import { FileLock } from '../../../../common/locks/file-lock.js';
import type { DataSource } from '../../../../common/model/data-source.js';
import { Deadline } from '../../../../common/model/deadline.js';
import { isPartName } from '../entry-names.js';
import {
  copyStart,
  removeLeftovers,
  replaceSourceFile,
  versionOf,
  versionOfStats,
} from './local-replacement.js';
import { LocalTargets } from './local-target.js';
import { SourceStorage, type AppendTarget, type OpenedFile } from './source-storage.js';
import { storageFailure } from './storage-failure.js';

const LOCK_WAIT_MS = 60_000;
const LOCK_NAME = 'salver-lock';
const MOUNTS = '/proc/self/mountinfo';
/** Column of `mountinfo` with the place of the mount. */
const MOUNT_POINT_COLUMN = 4;

/** Files on this machine. Symbolic links are followed: the file behind them is the one that is replaced. */
export class LocalStorage extends SourceStorage {
  private readonly targets: LocalTargets;

  constructor(repoDir: string) {
    super();
    this.targets = new LocalTargets(repoDir);
  }

  async target({ name, uri }: DataSource): Promise<AppendTarget> {
    if (!uri)
      throw new NotSupportedError(`the source ${name} is not a file: rows can be added to parquet files`);
    return this.targets.of(uri);
  }

  async requireWritable(target: AppendTarget): Promise<void> {
    const path = target.kind === 'file' ? await realpath(target.path) : target.base;
    const folder = target.kind === 'file' ? dirname(path) : path;
    try {
      await access(folder, constants.W_OK);
    } catch (error) {
      throw storageFailure(target.label, error);
    }
    if (target.kind === 'file' && (await isMountPoint(path))) {
      throw new NotSupportedError(
        `${target.label}: it is mounted as a single file, which cannot be replaced: mount the folder that holds it`,
      );
    }
  }

  async open(path: string): Promise<OpenedFile> {
    try {
      const real = await realpath(path);
      const handle = await open(real, 'r');
      return new LocalFile(real, handle, await handle.stat());
    } catch (cause) {
      throw new InvalidRequestError(`${path}: the file cannot be read: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  async names(folder: string): Promise<readonly string[]> {
    try {
      return await readdir(folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw storageFailure(folder, error);
    }
  }

  async replaceEnd(file: OpenedFile, keptBytes: number, tail: Buffer): Promise<boolean> {
    const { path, version } = file;
    try {
      const old = statSync(path, { throwIfNoEntry: false });
      if (old === undefined || versionOfStats(old) !== version) return false;
      return await replaceSourceFile(path, old, {
        fill: async (temporary, name) => {
          await copyStart(path, name, temporary, keptBytes);
          await writeAll(temporary, tail, keptBytes);
        },
        mayReplace: async () => (await versionOf(path)) === version,
      });
    } catch (error) {
      throw storageFailure(path, error);
    }
  }

  async create(path: string, content: Buffer): Promise<void> {
    const folder = dirname(path);
    try {
      const made = await mkdir(folder, { recursive: true });
      await removeLeftovers(folder, isPartName);
      await replaceSourceFile(path, undefined, {
        fill: (temporary) => writeAll(temporary, content, 0),
        mayReplace: () => Promise.resolve(true),
      });
      if (made !== undefined) await syncAbove(folder, dirname(made));
    } catch (error) {
      throw storageFailure(path, error);
    }
  }

  /** The lock lies beside the file, or in the folder. */
  async exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
    const real = await realpath(path);
    const isFolder = statSync(real).isDirectory();
    const folder = isFolder ? real : dirname(real);
    const lockName = isFolder ? `.${LOCK_NAME}` : `.${basename(real)}.${LOCK_NAME}`;
    const lock = await FileLock.acquire(join(folder, lockName), Deadline.after(LOCK_WAIT_MS));
    try {
      if (!isFolder) await removeLeftovers(folder, (name) => name === basename(real));
      return await work();
    } finally {
      lock.release();
    }
  }
}

class LocalFile implements OpenedFile {
  readonly sizeBytes: number;
  readonly version: string;

  constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    status: Stats,
  ) {
    this.sizeBytes = status.size;
    this.version = versionOfStats(status);
  }

  async read(start: number, end: number): Promise<Buffer> {
    const bytes = Buffer.alloc(end - start);
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await this.handle.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) throw new UnavailableError(`${this.path}: it was cut off while it was read`);
      done += bytesRead;
    }
    return bytes;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** The folders in which new folders stand. */
async function syncAbove(folder: string, last: string): Promise<void> {
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    await syncDirectory(parent);
    if (parent === last || parent === dirname(parent)) return;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function isMountPoint(path: string): Promise<boolean> {
  let mounts: string;
  try {
    mounts = await readFile(MOUNTS, 'utf8');
  } catch {
    return false;
  }
  return mounts.split('\n').some((line) => unescaped(line.split(' ')[MOUNT_POINT_COLUMN]) === path);
}

/** Blanks and the like stand there as octal numbers. */
function unescaped(text = ''): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
