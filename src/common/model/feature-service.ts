import type { FeatureViewProjection } from './feature-view.js';

/** The features of one model, by name. */
export interface FeatureService {
  readonly name: string;
  readonly projections: readonly FeatureViewProjection[];
  /** Served from vectors that were computed before, never from the views. */
  readonly precomputeOnline: boolean;
  readonly description: string;
  readonly owner: string;
  readonly tags: ReadonlyMap<string, string>;
}
