import type { Deadline } from '../../common/model/deadline.js';
import type { DocumentHits, DocumentQuery, DocumentSearch } from '../online-store/document-search.js';
import type { CellSink, OnlineStore } from '../online-store/online-store.js';
import type { StatusRules } from '../serving/online-response.js';
import { ResponseCells } from '../serving/response-cells.js';
import { type DocumentKeys, decodeDocumentKeys } from './document-keys.js';
import type { SearchPlan } from './search-plan.js';

export interface FinderOptions {
  readonly entityKeyVersion: number;
  readonly statuses: StatusRules;
  /** The answer, and what it is made of, may have so many bytes each. */
  readonly answerBytes: number;
}

/** Documents, best first, with what is stored of them. */
export interface FoundDocuments {
  readonly hits: DocumentHits;
  readonly keys: DocumentKeys;
  readonly cells: ResponseCells;
}

/** What a search asks of a store, besides what the plan says. */
export type SearchTerms = Omit<DocumentQuery, 'view'>;

/** Finds documents and reads their features. */
export class DocumentFinder {
  constructor(
    private readonly search: DocumentSearch,
    private readonly store: OnlineStore,
    readonly options: FinderOptions,
  ) {}

  /**
   * Shape:   `sinkOf` may stand between the store and the cells.
   * Errors:  those of `DocumentSearch.search` and `OnlineStore.read`; InvalidRequestError for what is too large.
   */
  async find(
    plan: SearchPlan,
    terms: SearchTerms,
    deadline: Deadline,
    sinkOf: (cells: ResponseCells) => CellSink = (cells) => cells,
  ): Promise<FoundDocuments> {
    const hits = await this.search.search({ ...terms, view: plan.searched }, deadline);
    const count = hits.keys.length;
    const { features } = plan.readPlan.views[0]!;
    const cells = new ResponseCells();
    const ttlMs = 'ttlMs' in plan.view ? plan.view.ttlMs : 0;
    const rows = { outputNames: features, rowOf: inOrder(count), distinctRows: count, ttlMs };
    cells.start([rows], this.options.answerBytes);
    if (count > 0) await this.store.read(plan.readPlan, [hits.keys], sinkOf(cells), deadline);
    const joinKeys = plan.view.entityColumns.map(({ name }) => name);
    return { hits, cells, keys: decodeDocumentKeys(hits.keys, joinKeys, this.options.entityKeyVersion) };
  }
}

/** Row `i` is document `i`. */
export function inOrder(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
