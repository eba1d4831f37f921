import { type Dirent, existsSync, statSync } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inOrder } from './path-order.js';
import {
  localPath,
  noFileOfPattern,
  noParquetFiles,
  PARQUET_NAME,
  requireNoDeltaTable,
} from './source-files.js';

/** The names of the files of a directory or pattern. */
export interface SourceListing {
  readonly label: string;
  /** The directory from which on `name=value` in a path is a partition. */
  readonly base: string;
  readonly files: readonly { readonly name: string }[];
  /** The pattern; undefined for a directory. */
  readonly pattern: string | undefined;
}

/**
 * The files of a directory or pattern by their names alone, however many: none is opened, and the event loop turns.
 *
 * Shape:  undefined for a path that is neither; the order of `sourceFiles`.
 * Errors: InvalidRequestError (nothing there), NotSupportedError (elsewhere, a Delta table).
 */
export async function listSource(uri: string, repoDir: string): Promise<SourceListing | undefined> {
  const path = localPath(uri, repoDir);
  if (path.includes('*')) {
    const names = await filesOf(glob(path, { withFileTypes: true }));
    if (names.length === 0) throw noFileOfPattern(uri, path);
    const base = dirname(path.slice(0, path.indexOf('*') + 1));
    return { label: uri, base, files: sorted(names), pattern: path };
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  requireNoDeltaTable(uri, existsSync(join(path, '_delta_log')));
  const names = await parquetBelow(path);
  if (names.length === 0) throw noParquetFiles(uri);
  return { label: uri, base: path, files: sorted(names), pattern: undefined };
}

async function filesOf(entries: AsyncIterable<Dirent>): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() || (!entry.isDirectory() && (await isFile(path)))) files.push(path);
  }
  return files;
}

async function parquetBelow(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) found.push(...(await parquetBelow(path)));
    else if (PARQUET_NAME.test(entry.name) && (entry.isFile() || (await isFile(path)))) found.push(path);
  }
  return found;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}

function sorted(names: string[]): { readonly name: string }[] {
  return inOrder(names, (name) => name).map((name) => ({ name }));
}
