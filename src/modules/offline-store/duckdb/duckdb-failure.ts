import { InvalidRequestError, UnavailableError } from '../../../common/errors/errors.js';
import type { SourceFiles } from '../files/source-files.js';

const OUT_OF_MEMORY = /^Out of Memory Error/;
const DISK_FULL = /No space left on device|max_temp_directory_size|failed to offload/i;
const MOST_MESSAGE = 300;

/**
 * A failure of DuckDB in words of ours: files were found whole before it began to read them, so what is left is memory,
 * disk, and damage inside of a file.
 */
export function duckdbFailure(error: unknown, { label: sourceLabel, files }: SourceFiles): Error {
  const message = error instanceof Error ? error.message : String(error);
  const [firstLine = ''] = withNames(message, files).split('\n');
  const shown = firstLine.slice(0, MOST_MESSAGE);
  if (DISK_FULL.test(message)) {
    return new UnavailableError(
      `${sourceLabel}: the disk is full: rows that do not fit into memory are kept in the directory for temporary ` +
        `files (TMPDIR) meanwhile (${shown})`,
      { cause: error },
    );
  }
  if (OUT_OF_MEMORY.test(message)) {
    return new UnavailableError(`${sourceLabel}: too little memory to read it (${shown})`, { cause: error });
  }
  return new InvalidRequestError(
    `${sourceLabel}: it cannot be read, perhaps it is damaged or is being written: ${shown}`,
    { cause: error },
  );
}

/** Files that were opened under other paths are told by their names. */
function withNames(message: string, files: SourceFiles['files']): string {
  const names = new Map(files.map(({ path, name }) => [path, name]));
  return message.replace(/\/[^\s'",:;()]+/g, (path) => names.get(path) ?? path);
}

/** DuckDB ends a result as if it were whole when it fails in the middle, and keeps the reason to itself. */
export class IncompleteResultError extends UnavailableError {}

/** A result ended before its last row. */
export function incompleteResult(
  { label }: SourceFiles,
  { rows, wanted }: { readonly rows: number; readonly wanted: number },
): IncompleteResultError {
  return new IncompleteResultError(
    `${label}: only ${rows} of ${wanted} rows could be read: there is too little memory or disk space for it, or a file is damaged inside`,
  );
}

/** Whether it may be lack of memory: with more of it, the same can do. */
export function isMemoryShortage(error: unknown): boolean {
  if (error instanceof IncompleteResultError) return true;
  const cause = error instanceof UnavailableError ? error.cause : undefined;
  return cause instanceof Error && OUT_OF_MEMORY.test(cause.message);
}
