import type { Pooling } from '../../../common/config/search.config.js';

/** What the thread that runs a model is started with. */
export interface OnnxModelOptions {
  /** Absolute paths. */
  readonly modelPath: string;
  readonly tokenizerPath: string;
  readonly pooling: Pooling;
  readonly normalize: boolean;
  readonly maxTokens: number;
  /** Where the packages are looked for that are not beside Salver. */
  readonly directory: string;
}

/** What it tells: first whether it has the model; then one answer for each text, in their order. */
export type FromOnnxThread =
  | { readonly kind: 'ready'; readonly length: number }
  /** It cannot be loaded. Ends. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  /** Nothing can be made of this text. */
  | { readonly kind: 'refused'; readonly message: string };
