import type { Environment } from './environment-substitution.js';

/** The environment of this process, as it is now. */
export function environment(): Environment {
  return { ...process.env };
}
