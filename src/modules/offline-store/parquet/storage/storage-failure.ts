import { FeatureServerError, UnavailableError } from '../../../../common/errors/errors.js';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full: make room'],
  ['EDQUOT', 'the quota of the disk is used up: make room'],
  ['EROFS', 'the file system is read-only: mount it writable'],
  ['EACCES', 'this process may not write there: give its user write access to the folder'],
  ['EPERM', 'this process may not write there: give its user write access to the folder'],
  ['EBUSY', 'it is a mount of its own, which cannot be replaced: mount the folder that holds it instead'],
  ['EXDEV', 'it is a mount of its own, which cannot be replaced: mount the folder that holds it instead'],
  ['EMFILE', 'this process has too many files open'],
  ['ENFILE', 'this machine has too many files open'],
  ['EIO', 'the disk reports an error'],
]);

/** What a person can do about a failed write. Shape: errors that say so already stay as they are. */
export function storageFailure(path: string, error: unknown): Error {
  if (error instanceof FeatureServerError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = REASONS.get(code) ?? (error instanceof Error ? error.message : String(error));
  return new UnavailableError(`${path}: rows could not be added, and the files are as they were: ${reason}`, {
    cause: error,
  });
}
