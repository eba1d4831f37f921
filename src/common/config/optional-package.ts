import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a package is that users install themselves: beside Salver, or else in a repository; undefined when it is in neither. */
export function findOptionalPackage(name: string, directory: string): string | undefined {
  const places = [import.meta.url, pathToFileURL(join(directory, 'package.json')).href];
  for (const place of places) {
    try {
      return createRequire(place).resolve(name);
    } catch {
      // Nothing to say yet: the other place may have it.
    }
  }
  return undefined;
}
