import { matchesGlob } from 'node:path';
import { basename, dirname, relative } from 'node:path/posix';
import { InvalidRequestError, NotSupportedError } from '../../../../common/errors/errors.js';
import { hivePartitions } from '../../files/hive-partitions.js';
import type { SourceListing } from '../../files/source-listing.js';
import type { FolderTarget } from './source-storage.js';

const EXTENSION = '.parquet';

/** Files of a source, of which one has the schema of new ones. */
export interface FolderFiles extends SourceListing {
  readonly sample: string;
}

/**
 * Where rows go that are added to a directory, or to the files of a pattern.
 *
 * Shape:  folders below the base, as the names of the files have them.
 * Errors: NotSupportedError and InvalidRequestError when new files have no place.
 */
export function folderTarget(found: FolderFiles): FolderTarget {
  const { label, base, pattern, sample } = found;
  const partitions = hivePartitions(found);
  if (pattern !== undefined) requirePlace(label, pattern, partitions.length);
  return {
    kind: 'folder',
    label,
    base,
    sample,
    partitions,
    folders: foldersWithPartitions(found, partitions.length),
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
  const openFolders = directory.split('/').filter((folder) => folder.includes('*'));
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
function foldersWithPartitions({ label, base, files }: FolderFiles, partitions: number): string[] {
  const directories = new Set(files.map(({ name }) => dirname(name)));
  const folders = new Set([...directories].map((directory) => relative(base, directory)));
  if (partitions === 0) return [...folders];
  for (const folder of folders) {
    const pieces = folder.split('/').filter((piece) => piece.includes('='));
    if (pieces.length !== partitions) {
      throw new InvalidRequestError(
        `${label}: some files lie in folders name=value and some do not (${folder || 'the directory itself'}): ` +
          'rows can only be added where all have the same partitions',
      );
    }
  }
  return [...folders];
}
