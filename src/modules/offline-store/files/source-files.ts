import {
  closeSync,
  existsSync,
  fstatSync,
  globSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closestName } from '../../../common/config/closest-name.js';
import { InvalidRequestError, NotSupportedError, UnavailableError } from '../../../common/errors/errors.js';
import { inOrder } from './path-order.js';

/** A parquet file as it was when it was found. */
export interface SourceFile {
  /** What it is called: its path, or the key of an object. */
  readonly name: string;
  /** Where its bytes are on this machine. */
  readonly path: string;
  /** Changes when the file does. */
  readonly state: string;
}

/** The files of a source. */
export interface SourceFiles {
  /** The path as it was registered, for messages. */
  readonly label: string;
  readonly files: readonly SourceFile[];
  /** The directory from which on `name=value` in a path is a partition; undefined for a single file. */
  readonly base: string | undefined;
}

export const PARQUET_NAME = /\.(parquet|parq|pq)$/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;
const MAGIC = 'PAR1';
const ENCRYPTED_MAGIC = 'PARE';
/** Magic at both ends, and the length of the footer. */
const SMALLEST_FILE_BYTES = 12;

/**
 * The parquet files of a path: one file, those in a directory and all below it, or those that a pattern with `*` names.
 *
 * Shape:  in the order in which Feast reads them: by path, numbers in names counting as numbers.
 * Errors: InvalidRequestError (nothing there, not readable, not parquet), NotSupportedError (elsewhere, a Delta table).
 */
export function sourceFiles(uri: string, repoDir: string): SourceFiles {
  const path = localPath(uri, repoDir);
  const { files, base } = find(uri, path);
  return { label: uri, base, files: inOrder(files, (file) => file).map((file) => inspect(uri, path, file)) };
}

/** Errors: UnavailableError when a file is another one than when it was found. */
export function requireUnchanged({ label, files }: SourceFiles): void {
  for (const { name, path, state } of files) {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now === undefined || stateOf(now) !== state) {
      throw new UnavailableError(`${label}: ${basename(name)} was changed while it was read: run it again`);
    }
  }
}

/** The path, or the pattern, of a URI on this machine. Errors: InvalidRequestError, NotSupportedError. */
export function localPath(uri: string, repoDir: string): string {
  const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return resolve(repoDir, uri);
  if (scheme !== 'file') {
    throw new NotSupportedError(
      `${uri}: this version reads parquet files that this machine can open (a path, or file://) or that are in S3 (s3://), not ${scheme}://`,
    );
  }
  try {
    return fileURLToPath(uri);
  } catch {
    throw new InvalidRequestError(
      `${uri}: not the path of a file on this machine: write file:///absolute/path`,
    );
  }
}

interface Found {
  readonly files: string[];
  readonly base: string | undefined;
}

function find(uri: string, path: string): Found {
  if (path.includes('*'))
    return { files: glob(uri, path), base: dirname(path.slice(0, path.indexOf('*') + 1)) };
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new InvalidRequestError(missing(uri, path));
  if (!status.isDirectory()) return { files: [path], base: undefined };
  requireNoDeltaTable(uri, existsSync(join(path, '_delta_log')));
  const files = parquetBelow(path);
  if (files.length > 0) return { files, base: path };
  throw noParquetFiles(uri);
}

/** Errors: NotSupportedError. */
export function requireNoDeltaTable(uri: string, isDelta: boolean): void {
  if (!isDelta) return;
  throw new NotSupportedError(
    `${uri}: a Delta table, which this version does not read: give it parquet files`,
  );
}

export function noParquetFiles(uri: string): InvalidRequestError {
  return new InvalidRequestError(
    `${uri}: the directory holds no parquet files (names that end in .parquet, .parq or .pq)`,
  );
}

export function noFileOfPattern(uri: string, pattern: string): InvalidRequestError {
  return new InvalidRequestError(`${uri}: no file has a name of this pattern (${pattern})`);
}

function glob(uri: string, pattern: string): string[] {
  const files = globSync(pattern).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (files.length === 0) throw noFileOfPattern(uri, pattern);
  return files;
}

function missing(uri: string, path: string): string {
  const directory = dirname(path);
  const there = existsSync(directory) ? readdirSync(directory) : [];
  const near = closestName(basename(path), there);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `${uri}: there is no such file (looked for ${path}; relative paths begin at the repo)${hint}`;
}

function parquetBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return parquetBelow(path);
    if (!PARQUET_NAME.test(entry.name)) return [];
    return entry.isFile() || statSync(path, { throwIfNoEntry: false })?.isFile() ? [path] : [];
  });
}

function inspect(uri: string, root: string, path: string): SourceFile {
  const inside = relative(root, path);
  const label = path === root || inside.startsWith('..') ? uri : `${uri}: ${inside.split(sep).join('/')}`;
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (cause) {
    throw new InvalidRequestError(`${label}: the file cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  try {
    const status = fstatSync(descriptor);
    const problem = shapeProblem(descriptor, status.size);
    if (problem !== undefined) throw new InvalidRequestError(`${label}: ${problem}`);
    return { name: path, path, state: stateOf(status) };
  } finally {
    closeSync(descriptor);
  }
}

/** Looks at both ends of a file. */
export function shapeProblem(descriptor: number, size: number): string | undefined {
  if (size === 0) return 'the file is empty (0 bytes), not a parquet file';
  const first = magicAt(descriptor, 0);
  const last = magicAt(descriptor, size - MAGIC.length);
  if (last === ENCRYPTED_MAGIC || first === ENCRYPTED_MAGIC) return 'encrypted parquet files cannot be read';
  if (first !== MAGIC) return 'not a parquet file (those begin and end with PAR1)';
  if (last !== MAGIC || size < SMALLEST_FILE_BYTES) {
    return 'the parquet file is cut off: it has no end. Write it again, or wait until it is written';
  }
  return undefined;
}

function magicAt(descriptor: number, position: number): string {
  const bytes = Buffer.alloc(MAGIC.length);
  if (position >= 0) readSync(descriptor, bytes, 0, bytes.length, position);
  return bytes.toString('latin1');
}

function stateOf({
  dev,
  ino,
  size,
  mtimeMs,
}: {
  dev: number;
  ino: number;
  size: number;
  mtimeMs: number;
}): string {
  return [dev, ino, size, mtimeMs].join(' ');
}
