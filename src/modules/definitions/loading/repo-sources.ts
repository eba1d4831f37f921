import { readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DefinitionProblem } from '../definition-problem.js';
import type { SourcePosition } from './source-place.js';

/** The builders that `import … from 'salver'` gets: those of this install. */
export const SALVER_URL = new URL('../../../definitions/index.js', import.meta.url).href;

const SALVER_CODE = new URL('../../../', import.meta.url).href;

/** The files of a repo and those beside it that its definitions import, by URL and by the name that is shown. */
export class RepoSources {
  private readonly nameByUrl: ReadonlyMap<string, string>;
  private readonly realDirectory: string;

  /** `files`: relative to the repo. */
  constructor(
    readonly directory: string,
    files: readonly string[],
  ) {
    this.realDirectory = realpathSync(directory);
    this.nameByUrl = new Map(files.map((file) => [this.urlOf(file), file]));
  }

  /** As Node names the module: links are followed. */
  urlOf(file: string): string {
    return pathToFileURL(realpathSync(join(this.directory, file))).href;
  }

  /** Relative to the repo. */
  nameOf(url: string): string {
    if (!url.startsWith('file:')) return url;
    return this.nameByUrl.get(url) ?? relative(this.realDirectory, fileURLToPath(url)).replaceAll('\\', '/');
  }

  /** Written by the author of the repo: neither a package nor Salver. */
  isOwn(url: string): boolean {
    return url.startsWith('file:') && !url.includes('/node_modules/') && !url.startsWith(SALVER_CODE);
  }

  isBelowRepo(url: string): boolean {
    return url.startsWith(`${pathToFileURL(this.realDirectory).href}/`);
  }

  /** Empty when it cannot be read. */
  textOf(url: string): string {
    try {
      return readFileSync(new URL(url), 'utf8');
    } catch {
      return '';
    }
  }

  problem(url: string, position: SourcePosition | undefined, message: string): DefinitionProblem {
    const place = position === undefined ? '' : `:${position.line}:${position.column}`;
    return { file: this.nameOf(url) + place, exportName: undefined, property: undefined, message };
  }
}
