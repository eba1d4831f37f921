import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The TypeScript compiler of the repo, or else the one beside Salver; undefined when there is none. */
export function findCompiler(repoDir: string): string | undefined {
  const ofRepo = compilerOf('typescript', pathToFileURL(join(repoDir, 'package.json')).href);
  const besideSalver = compilerOf('typescript', import.meta.url);
  if (ofRepo !== undefined && ofRepo !== besideSalver) return ofRepo;
  return compilerOf('typescript7', import.meta.url) ?? besideSalver;
}

function compilerOf(packageName: string, from: string): string | undefined {
  try {
    return join(dirname(createRequire(from).resolve(`${packageName}/package.json`)), 'bin', 'tsc');
  } catch {
    return undefined;
  }
}
