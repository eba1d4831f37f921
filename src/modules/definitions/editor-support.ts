import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Extended by the repo's tsconfig.json; not for version control, because it names a path of this machine. */
const GENERATED = '.salver/tsconfig.json';

/**
 * Lets the editor and the compiler find `salver` where the running install is: no copy of it is installed in the repo,
 * and no registry is asked. Writes only where the repo's tsconfig.json extends `.salver/tsconfig.json`, and only when
 * the install has moved.
 *
 * Returns why the file could not be written; undefined when all is well.
 */
export function refreshEditorSupport(repoDir: string): string | undefined {
  if (!extendsGenerated(join(repoDir, 'tsconfig.json'))) return undefined;
  const file = join(repoDir, GENERATED);
  const text = `${JSON.stringify({ compilerOptions: { paths: { salver: [declarations()] } } }, undefined, 2)}\n`;
  try {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return undefined;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return undefined;
  } catch (error) {
    return `${file} cannot be written, so that the editor does not find 'salver': ${(error as Error).message}`;
  }
}

function extendsGenerated(configuration: string): boolean {
  if (!existsSync(configuration)) return false;
  return /"extends"\s*:\s*(?:\[[^\]]*)?"\.\/\.salver\/tsconfig\.json"/.test(
    readFileSync(configuration, 'utf8'),
  );
}

/** The types of the builders: declarations in a build, the sources themselves in a checkout that runs from them. */
function declarations(): string {
  const built = fileURLToPath(new URL('../../definitions/index.d.ts', import.meta.url));
  return existsSync(built) ? built : built.replace(/\.d\.ts$/, '.ts');
}
