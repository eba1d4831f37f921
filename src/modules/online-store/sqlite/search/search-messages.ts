import type { ErrorCode } from '../../../../common/errors/errors.js';
import type { DocumentHits, DocumentQuery } from '../../document-search.js';

/** What the thread that searches is asked. */
export interface SearchTask {
  readonly id: number;
  readonly query: DocumentQuery;
  /** On the clock of the system, which the threads share. */
  readonly expiresAtMs: number;
}

/** What it answers, once for each task, in their order. */
export type SearchAnswer =
  | { readonly kind: 'hits'; readonly id: number; readonly hits: DocumentHits }
  | { readonly kind: 'failed'; readonly id: number; readonly code: ErrorCode; readonly message: string };
