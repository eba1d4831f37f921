import type { Deadline } from '../../common/model/deadline.js';
import type { DocumentFilter } from '../../common/model/document-filter.js';

/** How near two vectors are; the lower the nearer. */
export type DistanceMetric = 'l2' | 'cosine' | 'inner_product';

/** The view whose rows are searched: a document is all that is stored of one entity. */
export interface SearchedView {
  readonly project: string;
  /** The registered name, never an alias. */
  readonly viewName: string;
  /** 0 is the base version. */
  readonly version: number;
  /** The feature that holds the vectors, and how many numbers they have. */
  readonly vector: { readonly feature: string; readonly length: number };
  /** The features that are searched by text. */
  readonly textFeatures: readonly string[];
}

/** By a vector, by a text, or by both: then what is near in both comes first. */
export interface DocumentQuery {
  readonly view: SearchedView;
  readonly vector: Float32Array | undefined;
  readonly metric: DistanceMetric;
  /** As the user wrote it. */
  readonly text: string | undefined;
  readonly filter: DocumentFilter | undefined;
  /** `before`: the best documents that pass. `after`: those of the best documents that pass, as Feast does it. */
  readonly filterTime: 'before' | 'after';
  readonly topK: number;
}

/** Best first: element `i` of each list is document `i`. */
export interface DocumentHits {
  readonly keys: readonly Uint8Array[];
  /** Distances of the vectors, NaN for a document that was found by its text alone. */
  readonly distances: Float64Array;
  /** BM25 of the text, the lower the better, NaN for a document that was found by its vector alone. */
  readonly textRanks: Float64Array;
}

/**
 * Finds stored documents: a port of its own beside reads, because it is a matter of indexes. What it finds is read by
 * `OnlineStore`.
 */
export abstract class DocumentSearch {
  /**
   * Everything that was committed before the call is seen, unless the settings allow older indexes.
   *
   * Errors: UnavailableError (down, or `deadline` passed, also while an index is being built), NotFoundError (the view
   *         has no table), NotSupportedError (an index larger than it may be), InvalidRequestError (a store that cannot
   *         search), CorruptDataError.
   */
  abstract search(query: DocumentQuery, deadline: Deadline): Promise<DocumentHits>;

  /** Releases connections and threads. Called once. */
  abstract close(): Promise<void>;
}
