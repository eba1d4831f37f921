import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { ResolveHookContext } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closestName } from '../../../common/config/closest-name.js';

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.json'];
/** What a compiler writes, and the source that it writes it from. */
const SOURCE_OF: Readonly<Record<string, string>> = {
  '.js': '.ts',
  '.mjs': '.mts',
  '.jsx': '.tsx',
  '.cjs': '.cts',
};

/** Why a file that was found cannot be used, and what to write; undefined when it can. */
export function unusableMessage(
  specifier: string,
  url: string,
  context: ResolveHookContext,
): string | undefined {
  const { protocol, pathname } = new URL(url);
  if (!['file:', 'node:', 'data:'].includes(protocol))
    return `'${specifier}': only files, packages and Node's own modules can be imported`;
  const extension = /\.\w+$/.exec(pathname)?.[0] ?? '';
  if (extension === '.json' && !context.conditions.includes('require')) {
    if (context.importAttributes['type'] !== undefined) return undefined;
    return `JSON needs its type: write import … from '${specifier}' with { type: 'json' }`;
  }
  if (extension === '.tsx' || extension === '.jsx')
    return `'${specifier}' may hold JSX, which Node does not run: rename it to ${extension.slice(0, 3)}`;
  if (extension === '.cts')
    return `'${specifier}' is CommonJS: rename it to .ts and write import and export instead of require and module.exports`;
  return undefined;
}

/** Why nothing was found under this name, and what to write. `parent`: the URL of the file that imports it. */
export function unresolvedMessage(specifier: string, parent: string, repoDir: string, error: Error): string {
  if (/^\.{1,2}(?:\/|$)/.test(specifier)) return relativeMessage(specifier, dirname(fileURLToPath(parent)));
  if (isAlias(specifier, repoDir)) {
    return `'${specifier}' is a path alias, which only the compiler knows: write the path of the file from here, as in './entities.ts'`;
  }
  const file = sourceNear(join(repoDir, specifier));
  if (file !== undefined) {
    const path = relative(dirname(fileURLToPath(parent)), file).replaceAll('\\', '/');
    return `there is no package '${specifier}': for the file write '${path.startsWith('.') ? path : `./${path}`}'`;
  }
  if (/^[\w@][^:]*$/.test(specifier) && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    const name = packageName(specifier);
    return `there is no package '${name}' in node_modules of the repo or of a folder above it: run npm install ${name}, or leave the import out`;
  }
  return firstLine(error.message).replace(/ imported from .*$/, '');
}

function relativeMessage(specifier: string, folder: string): string {
  const target = join(folder, specifier);
  const file = sourceNear(target);
  if (file !== undefined) {
    const start = specifier.replace(/\/+$/, '');
    const ending = file.startsWith(`${target.replace(/\/+$/, '')}/`) ? `/${basename(file)}` : '';
    const path = ending === '' ? start.slice(0, start.lastIndexOf('/') + 1) + basename(file) : start + ending;
    return `'${specifier}' is not the name of a file, and Node adds nothing to it: write '${path}'`;
  }
  const near = closestName(basename(target), namesIn(dirname(target)));
  const hint =
    near === undefined
      ? ''
      : `; did you mean '${specifier.slice(0, specifier.lastIndexOf('/') + 1)}${near}'?`;
  return `there is no file '${specifier}'${hint}`;
}

/** The file that a bundler or compiler would take: another extension, or the index of a folder. */
function sourceNear(target: string): string | undefined {
  const extension = /\.\w+$/.exec(target)?.[0] ?? '';
  const source = SOURCE_OF[extension];
  const candidates = [
    ...(source === undefined ? [] : [target.slice(0, -extension.length) + source]),
    ...EXTENSIONS.map((ending) => target + ending),
    ...EXTENSIONS.map((ending) => join(target, `index${ending}`)),
  ];
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function isAlias(specifier: string, repoDir: string): boolean {
  if (/^(?:[@~]\/|~|#)/.test(specifier)) return true;
  const file = join(repoDir, 'tsconfig.json');
  const patterns = existsSync(file) ? readFileSync(file, 'utf8').matchAll(/"([^"\n]+)"\s*:\s*\[/g) : [];
  return [...patterns].some(([, pattern = '']) => {
    const [start = '', end] = pattern.split('*');
    return end === undefined ? specifier === pattern : start !== '' && specifier.startsWith(start);
  });
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string;
}
