import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidRequestError } from '../../../common/errors/errors.js';
import { DEFINITION_KINDS, type RepoFiles } from './definition-files.js';

const SHOWN_FILES = 5;

/**
 * Whether the repo is one for Salver to load. Returns a warning when it holds Python definitions as well.
 *
 * Errors: InvalidRequestError with what to do when its definitions are Python, or when there are none.
 */
export function checkLanguage(
  repoDir: string,
  { definitions, python, otherKinds }: RepoFiles,
): string | undefined {
  if (python.length === 0) {
    if (definitions.length > 0) return undefined;
    throw new InvalidRequestError(noFilesMessage(repoDir, otherKinds));
  }
  if (definitions.some((file) => mentionsSalver(join(repoDir, file)))) {
    return `${shortList(python)} imports feast, and Salver does not run Python: only the TypeScript definitions count`;
  }
  throw new InvalidRequestError(
    [
      `The definitions of this repo are Python (${shortList(python)}), which Salver does not run.`,
      `Either go on with Feast: 'feast apply' writes the registry, and 'salver serve' and 'salver materialize' use it as it is.`,
      `Or write the definitions in TypeScript: 'salver init DIRECTORY' makes a repo to start from.`,
    ].join('\n'),
  );
}

/** When every file was loaded, but none exports a definition. */
export function nothingExported({ definitions }: RepoFiles): InvalidRequestError {
  return new InvalidRequestError(
    [
      `No definition is exported by ${shortList(definitions)}.`,
      `Export each: export const driver = entity({ … }). To remove all that was applied: 'salver teardown'.`,
    ].join('\n'),
  );
}

function noFilesMessage(repoDir: string, otherKinds: readonly string[]): string {
  const lines = [
    `There are no definitions in ${repoDir}: Salver looks for ${DEFINITION_KINDS} in it and in its folders,`,
    `without node_modules, data, folders with a dot, declarations (*.d.ts), tests (*.test.*, *.spec.*), *.config.*,`,
    `static_artifacts.* and what .feastignore names. 'salver init DIRECTORY' makes a repo to start from.`,
  ];
  if (otherKinds.length > 0)
    lines.push(`Not loaded for their extension: ${shortList(otherKinds)}; rename them to .ts.`);
  return lines.join('\n');
}

function shortList(files: readonly string[]): string {
  const more = files.length > SHOWN_FILES ? ` and ${files.length - SHOWN_FILES} more` : '';
  return files.slice(0, SHOWN_FILES).join(', ') + more;
}

function mentionsSalver(file: string): boolean {
  return /['"]salver['"]/.test(readFileSync(file, 'utf8'));
}
