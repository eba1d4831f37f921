import type { Artifacts } from './artifacts.js';

/** `AbortSignal`, in a project that knows the types of Node or of browsers; there need be none. */
type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Known } }
  ? Known
  : { readonly aborted: boolean };

/** What a transformation gets beside its inputs. */
export interface TransformContext {
  readonly artifacts: Artifacts;
  /** Aborted when nobody waits for the result any more: hand it to `fetch` and the like. */
  readonly signal: Signal;
}
