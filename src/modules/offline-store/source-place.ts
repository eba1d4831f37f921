import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataSource } from '../../common/model/data-source.js';

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;

/**
 * Where rows of a source go, as a key. Sources that are written to one place have one key, however they name it, so that
 * the entries of a segment come there in the order of their numbers.
 *
 * Shape:  a file or a directory; of a pattern the directory before the first `*`; else as it was registered.
 */
export function sourcePlace({ uri, kind, name }: DataSource, repoDir: string): string {
  if (uri === undefined) return `${kind} ${name}`;
  const path = localPath(uri, repoDir);
  if (path === undefined) return uri;
  const star = path.indexOf('*');
  const place = star < 0 ? path : dirname(path.slice(0, star + 1));
  try {
    return realpathSync(place);
  } catch {
    return place;
  }
}

function localPath(uri: string, repoDir: string): string | undefined {
  if (!SCHEME.test(uri)) return resolve(repoDir, uri);
  try {
    return fileURLToPath(uri);
  } catch {
    // Of another scheme, or of another machine.
    return undefined;
  }
}
