import { closeSync, existsSync, openSync } from 'node:fs';
import { UnavailableError } from '../../../common/errors/errors.js';
import { requireUnchanged, sourceFiles, type SourceFiles } from './source-files.js';

/** Where Linux shows what a process has open: opened there, it is the same file, whatever became of its name. */
const OPEN_FILES = '/proc/self/fd';
/** Of a source with more, names are read: so many files are those of a directory, to which files are only added. */
const MOST_PINNED = 256;
const ATTEMPTS = 10;

/** Files of a source that stay those that were found, though others get their names meanwhile. */
export class PinnedFiles implements Disposable {
  private constructor(
    /** With paths that lead to them as long as this is open. */
    readonly files: SourceFiles,
    private readonly descriptors: readonly number[],
  ) {}

  /** Errors: those of `sourceFiles`; UnavailableError when they are replaced faster than they can be opened. */
  static of(uri: string, repoDir: string): PinnedFiles {
    for (let attempt = 1; ; attempt++) {
      const found = sourceFiles(uri, repoDir);
      if (found.files.length > MOST_PINNED || !existsSync(OPEN_FILES)) return new PinnedFiles(found, []);
      try {
        return pinned(found, (files, descriptors) => new PinnedFiles(files, descriptors));
      } catch (error) {
        if (!isReplaced(error) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.descriptors) closeSync(descriptor);
  }
}

/** Errors: UnavailableError, or that of the system, when one is not the file any more that was found. */
function pinned<T>(found: SourceFiles, make: (files: SourceFiles, descriptors: readonly number[]) => T): T {
  const descriptors: number[] = [];
  try {
    for (const { path } of found.files) descriptors.push(openSync(path, 'r'));
    const files = found.files.map((file, i) => ({ ...file, path: `${OPEN_FILES}/${descriptors[i]}` }));
    requireUnchanged({ ...found, files });
    return make({ ...found, files }, descriptors);
  } catch (error) {
    for (const descriptor of descriptors) closeSync(descriptor);
    throw error;
  }
}

function isReplaced(error: unknown): boolean {
  return error instanceof UnavailableError || (error as NodeJS.ErrnoException).code === 'ENOENT';
}
