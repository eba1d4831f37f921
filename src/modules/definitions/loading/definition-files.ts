import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidRequestError } from '../../../common/errors/errors.js';
import { IGNORE_FILE, type IgnoreRule, readIgnoreRule } from './ignore-patterns.js';

/** What a repo holds, as paths relative to it with `/`, sorted. */
export interface RepoFiles {
  /** To be loaded. */
  readonly definitions: readonly string[];
  /** Python that imports Feast. */
  readonly python: readonly string[];
  /** JavaScript or TypeScript of a kind that is not loaded. */
  readonly otherKinds: readonly string[];
}

export const DEFINITION_KINDS = '*.ts, *.mts, *.js and *.mjs';

const DEFINITION_FILE = /\.m?[tj]s$/;
const OTHER_KIND = /\.(?:c[tj]s|[tj]sx)$/;
/** Declarations, tests, the settings of tools, and what a server loads by itself. */
const NOT_DEFINITIONS = /\.d\.[mc]?ts$|\.(?:test|spec|config)\.\w+$|^static_artifacts\./;
const FEAST_IMPORT = /^[ \t]*(?:from|import)[ \t]+feast\b/m;

/**
 * Looks through a repo: not into `node_modules`, folders with a dot, Python environments, links to folders, the
 * repo's `data`, nor what `.feastignore` names.
 */
export function findDefinitionFiles(repoDir: string): RepoFiles {
  const found = { definitions: [] as string[], python: [] as string[], otherKinds: [] as string[] };
  for (const path of filesBelow(repoDir, '', readIgnoreRule(repoDir))) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (NOT_DEFINITIONS.test(name)) continue;
    if (DEFINITION_FILE.test(name)) found.definitions.push(path);
    else if (OTHER_KIND.test(name)) found.otherKinds.push(path);
    else if (name.endsWith('.py') && importsFeast(join(repoDir, path))) found.python.push(path);
  }
  return {
    definitions: found.definitions.sort(),
    python: found.python.sort(),
    otherKinds: found.otherKinds.sort(),
  };
}

function* filesBelow(repoDir: string, folder: string, ignored: IgnoreRule): Generator<string> {
  for (const entry of entriesOf(join(repoDir, folder))) {
    const path = folder + entry.name;
    if (entry.name.startsWith('.') || ignored(path)) continue;
    if (entry.isDirectory()) {
      if (!isForeign(repoDir, path, entry.name)) yield* filesBelow(repoDir, `${path}/`, ignored);
    } else if (isFile(repoDir, path, entry)) yield path;
  }
}

/** Errors: InvalidRequestError that names the folder. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const remedy = `let this user read it, or name it in ${IGNORE_FILE}`;
    throw new InvalidRequestError(`${folder} cannot be read (${(error as Error).message}): ${remedy}`);
  }
}

function isForeign(repoDir: string, path: string, name: string): boolean {
  if (name === 'node_modules' || path === 'data') return true;
  return existsSync(join(repoDir, path, 'pyvenv.cfg'));
}

/** A link to a file counts: that is how a cluster mounts one. One that leads nowhere, or round in circles, does not. */
function isFile(repoDir: string, path: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    return statSync(join(repoDir, path)).isFile();
  } catch {
    return false;
  }
}

function importsFeast(file: string): boolean {
  return FEAST_IMPORT.test(readFileSync(file, 'utf8'));
}
