import { readdirSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UsageError } from '../../../command.js';
import { InvalidRequestError } from '../../../common/errors/errors.js';

/** Where a new repo is made, and the name of its project. */
export interface InitTarget {
  readonly directory: string;
  readonly projectName: string;
}

const SHOWN_ENTRIES = 8;
/** An empty repository of git is empty. */
const NOT_IN_THE_WAY: ReadonlySet<string> = new Set(['.git']);

/**
 * `name`: the folder to be made, also the name of the project; the current one when left out. `repoPath`: a folder that
 * is not called like the project.
 *
 * Errors: UsageError when neither is given and the current folder holds something, or when no name can be made;
 * InvalidRequestError for a folder that is not empty.
 */
export function initTarget(
  name: string | undefined,
  repoPath: string | undefined,
  currentDirectory: string,
): InitTarget {
  const directory = resolve(currentDirectory, repoPath ?? name ?? '.');
  const entries = entriesOf(directory);
  if (entries.length > 0) {
    const list = shortList(entries);
    if (name === undefined && repoPath === undefined) {
      throw new UsageError(
        `DIRECTORY is missing: the current directory ${directory} cannot be used, because it holds ${list}`,
      );
    }
    throw new InvalidRequestError(
      `${directory} is not empty: it holds ${list}. Nothing was written. Name a folder that does not exist yet, or empty this one.`,
    );
  }
  return {
    directory,
    projectName: projectNameOf(basename(resolve(currentDirectory, name ?? repoPath ?? '.'))),
  };
}

/** Letters, digits and underscores, because it becomes part of table names: `my-repo` → `my_repo`. */
export function projectNameOf(folder: string): string {
  const name = folder
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}_]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  if (name !== '') return name;
  throw new UsageError(
    `no project can be named after '${folder}': a name needs letters or digits, as in salver init my_repo`,
  );
}

function entriesOf(directory: string): readonly string[] {
  const status = statSync(directory, { throwIfNoEntry: false });
  if (status === undefined) return [];
  if (!status.isDirectory()) throw new InvalidRequestError(`${directory} is a file: name a folder`);
  return readdirSync(directory)
    .filter((entry) => !NOT_IN_THE_WAY.has(entry))
    .sort();
}

function shortList(entries: readonly string[]): string {
  const more = entries.length > SHOWN_ENTRIES ? ` and ${entries.length - SHOWN_ENTRIES} more` : '';
  return entries.slice(0, SHOWN_ENTRIES).join(', ') + more;
}
