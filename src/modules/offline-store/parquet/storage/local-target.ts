import { statSync } from 'node:fs';
import { localPath, sourceFiles, type SourceFiles } from '../../files/source-files.js';
import { folderTarget } from './folder-target.js';
import type { AppendTarget } from './source-storage.js';

/**
 * Where rows of a file source go on this machine. Relative paths begin at the repo.
 *
 * Errors: those of `sourceFiles`; NotSupportedError when new files have no place.
 */
export function localTarget(uri: string, repoDir: string): AppendTarget {
  const found = sourceFiles(uri, repoDir);
  const { base, files } = found;
  if (base === undefined) return { kind: 'file', label: uri, path: files[0]!.path };
  const path = localPath(uri, repoDir);
  const pattern = path.includes('*') ? path : undefined;
  return folderTarget({ ...found, base, pattern, sample: newest(found) });
}

function newest({ files }: SourceFiles): string {
  let [path, time] = [files[0]!.path, -Infinity];
  for (const file of files) {
    const modified = statSync(file.path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
    if (modified > time) [path, time] = [file.path, modified];
  }
  return path;
}
