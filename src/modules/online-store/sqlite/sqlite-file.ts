import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../../common/errors/errors.js';

/** Two looks at a path see the same file when they see the same text; undefined when there is none. */
export function fileIdentity(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}

/** Statements carry names as bytes of UTF-8; Feast makes no other databases. */
export function assertUtf8(database: DatabaseSync): void {
  const encoding = database.prepare('PRAGMA encoding').get()?.['encoding'];
  if (encoding !== 'UTF-8') {
    throw new UnavailableError(`the online store keeps text as ${String(encoding)}, and not as UTF-8`);
  }
}
