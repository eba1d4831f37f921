/** The only feature of a pseudo view that holds precomputed vectors. */
export const PRECOMPUTED_FEATURE = 'vector';

/** The pseudo view, of version 0, under which every store keeps the precomputed vectors of a feature service. */
export function precomputedView(serviceName: string): string {
  return `__precomputed__${serviceName}`;
}
