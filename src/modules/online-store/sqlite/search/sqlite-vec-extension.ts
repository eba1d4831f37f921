import { getLoadablePath } from 'sqlite-vec';

/** The file of sqlite-vec for this machine; undefined where there is none, and all is done without it. */
export function sqliteVecPath(): string | undefined {
  try {
    return getLoadablePath();
  } catch {
    return undefined;
  }
}
