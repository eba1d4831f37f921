import type { Artifacts } from './artifacts.js';

/** What a transformation gets beside its inputs. */
export interface TransformContext {
  readonly artifacts: Artifacts;
  /** Aborted when nobody waits for the result any more: hand it to `fetch` and the like. */
  readonly signal: AbortSignal;
}
