import type { LoadArtifacts } from 'salver';

/** What each vehicle costs: a table, a model, whatever takes a moment to load and is needed at every request. */
declare module 'salver' {
  interface Artifacts {
    readonly ratePerKm: ReadonlyMap<string, number>;
  }
}

/** Called once by every process that serves, before its first request. */
export const loadArtifacts: LoadArtifacts = () => ({
  ratePerKm: new Map([
    ['car', 1.5],
    ['van', 2],
    ['e-bike', 0.75],
  ]),
});
