import { statSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { UnavailableError } from '../../../common/errors/errors.js';

/** Two looks at a path see the same file when they see the same text; undefined when there is none. */
export function fileIdentity(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}

/** A file that is open, and which one it is. */
export interface OpenFile {
  readonly database: DatabaseSync;
  readonly identity: string;
}

/** Opens a file that is there, and never makes one. Errors: UnavailableError when it is not; what SQLite throws. */
export function openFile(path: string, options: DatabaseSyncOptions): OpenFile {
  // Looked at before opening: when the file is replaced in between, the next look sees a difference.
  const identity = fileIdentity(path);
  if (identity === undefined) {
    throw new UnavailableError('the file of the online store does not exist (yet): run apply or materialize');
  }
  const url = pathToFileURL(path);
  // Without this a file that vanishes now would be created.
  url.searchParams.set('mode', 'rw');
  return { database: new DatabaseSync(url, options), identity };
}

/** Statements carry names as bytes of UTF-8; Feast makes no other databases. */
export function assertUtf8(database: DatabaseSync): void {
  const encoding = database.prepare('PRAGMA encoding').get()?.['encoding'];
  if (encoding !== 'UTF-8') {
    throw new UnavailableError(`the online store keeps text as ${String(encoding)}, and not as UTF-8`);
  }
}
