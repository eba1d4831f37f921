/**
 * What `static_artifacts.ts` loads once per process, by name. A repo says what its own are:
 *
 * `declare module 'salver' { interface Artifacts { tiers: ReadonlyMap<string, number> } }`
 */
export interface Artifacts {
  readonly [name: string]: unknown;
}

/** What `loadArtifacts` is called with. */
export interface ArtifactsApp {
  /** What is put here is among the artifacts, as is every member of the object that `loadArtifacts` returns. */
  readonly state: Record<string, unknown>;
  /** The folder of `feature_store.yaml`. */
  readonly repoDir: string;
}

/** `export const loadArtifacts: LoadArtifacts = …` in `static_artifacts.ts`. */
export type LoadArtifacts = (app: ArtifactsApp) => LoadedArtifacts | Promise<LoadedArtifacts>;

type LoadedArtifacts = Readonly<Record<string, unknown>> | void;
