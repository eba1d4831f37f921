import { statSync } from 'node:fs';
import { basename, dirname, matchesGlob, relative, sep } from 'node:path';
import { InvalidRequestError, NotSupportedError } from '../../../../common/errors/errors.js';
import { hivePartitions } from '../../files/hive-partitions.js';
import { localPath, sourceFiles, type SourceFiles } from '../../files/source-files.js';
import type { AppendTarget } from './source-storage.js';

const EXTENSION = '.parquet';

/**
 * Where rows of a file source go on this machine. Relative paths begin at the repo.
 *
 * Errors: those of `sourceFiles`; NotSupportedError when new files have no place.
 */
export function localTarget(uri: string, repoDir: string): AppendTarget {
  const found = sourceFiles(uri, repoDir);
  const { base, files } = found;
  if (base === undefined) return { kind: 'file', label: uri, path: files[0]!.path };
  const partitions = hivePartitions(found);
  const path = localPath(uri, repoDir);
  const pattern = path.includes('*') ? path : undefined;
  if (pattern !== undefined) requirePlace(uri, pattern, partitions.length);
  return {
    kind: 'folder',
    label: uri,
    base,
    sample: newest(found),
    partitions,
    folders: foldersWithPartitions(found, base, partitions.length),
    fileName: pattern === undefined ? (stem) => `${stem}${EXTENSION}` : (stem) => filled(pattern, stem),
  };
}

/** A name that the pattern matches: the stem in the place of its first star. */
function filled(pattern: string, stem: string): string {
  const plain = `${stem}${EXTENSION}`;
  const name = basename(pattern);
  if (matchesGlob(plain, name)) return plain;
  return name.replace(/\*+/, stem).replaceAll('*', '');
}

function requirePlace(uri: string, pattern: string, partitions: number): void {
  const [directory, name] = [dirname(pattern), basename(pattern)];
  const openFolders = directory.split(sep).filter((folder) => folder.includes('*'));
  const isPartitioned =
    openFolders.length === partitions && openFolders.every((folder) => folder.includes('='));
  if (!name.includes('*') || (openFolders.length > 0 && !isPartitioned)) {
    throw new NotSupportedError(
      `${uri}: rows cannot be added to this pattern, because it does not say in which folder new files belong: ` +
        'register a directory, or a pattern with its star in the file name',
    );
  }
}

/** All files must lie below the same partitions, or nobody can say where a row belongs. */
function foldersWithPartitions({ label, files }: SourceFiles, base: string, partitions: number): string[] {
  const folders = new Set(files.map(({ path }) => relative(base, dirname(path))));
  if (partitions === 0) return [...folders];
  for (const folder of folders) {
    const pieces = folder.split(sep).filter((piece) => piece.includes('='));
    if (pieces.length !== partitions) {
      throw new InvalidRequestError(
        `${label}: some files lie in folders name=value and some do not (${folder || 'the directory itself'}): ` +
          'rows can only be added where all have the same partitions',
      );
    }
  }
  return [...folders];
}

function newest({ files }: SourceFiles): string {
  let [path, time] = [files[0]!.path, -Infinity];
  for (const file of files) {
    const modified = statSync(file.path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
    if (modified > time) [path, time] = [file.path, modified];
  }
  return path;
}
