import { isAbsolute } from 'node:path';

/**
 * Shape:  a path as Feast makes it of what `feature_store.yaml` says. It tells paths apart by their text, and drops the
 *         tables of a file whose path is another text than it was, so this must be the same to the letter: `.` and
 *         doubled slashes go, `..` stays.
 *
 * Source: Python's pathlib.
 */
export function feastPath(repoDir: string, written: string): string {
  if (isAbsolute(written)) return written;
  const steps = written.split('/').filter((step) => step !== '' && step !== '.');
  return [repoDir === '/' ? '' : repoDir, ...steps].join('/');
}
