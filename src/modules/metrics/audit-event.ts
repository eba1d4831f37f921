/** Who did something: the name of the caller, `anonymous` for nobody in particular. */
interface AuditedCaller {
  readonly requestor_id: string;
}

/** A read, with the keys of Feast's line. Names of columns, never values. */
export interface OnlineReadEvent extends AuditedCaller {
  readonly event: 'online_feature_request';
  readonly entity_keys: readonly string[];
  readonly entity_count: number;
  readonly feature_views: readonly string[];
  readonly feature_count: number;
  readonly status: 'success' | 'error';
  readonly latency_ms: number;
  /** Of a read that was not resolved: the name that was asked for, if any. */
  readonly feature_service?: string;
}

/** A search. Never what was searched for. */
export interface SearchEvent extends AuditedCaller {
  readonly event: 'document_search';
  readonly endpoint: string;
  readonly feature_views: readonly string[];
  readonly feature_count: number;
  readonly document_count: number;
  readonly status: 'success' | 'error';
  readonly latency_ms: number;
}

/** A retrieval from the offline store, with the keys of Feast's line. */
export interface OfflineRetrievalEvent {
  readonly event: 'offline_feature_retrieval';
  readonly method: string;
  readonly start_time: string;
  readonly end_time: string;
  readonly feature_views: readonly string[];
  readonly feature_count: number;
  readonly row_count: number;
  readonly status: 'success' | 'error';
  readonly duration_ms: number;
}

/** A request that was refused: no valid token (401), or no permission (403). */
export interface RefusalEvent extends AuditedCaller {
  readonly event: 'request_refused';
  readonly method: string;
  /** As it is declared: `/v1/vector_stores/:vector_store_id/search`. */
  readonly endpoint: string;
  readonly status: 'unauthenticated' | 'denied';
}

/** Rows that came by `/push` or `/write-to-online-store`. */
export interface WriteEvent extends AuditedCaller {
  readonly event: 'feature_write';
  readonly endpoint: string;
  /** Of a push. */
  readonly push_source?: string;
  readonly to: 'online' | 'offline' | 'online_and_offline';
  readonly feature_views: readonly string[];
  readonly row_count: number;
  readonly status: 'success' | 'error';
  readonly duration_ms: number;
}

/** A materialization that was asked for over HTTP. */
export interface MaterializationEvent extends AuditedCaller {
  readonly event: 'materialization';
  readonly start_time: string;
  readonly end_time: string;
  readonly feature_views: readonly string[];
  readonly status: 'success' | 'error';
  readonly duration_ms: number;
}

export type AuditEvent =
  OnlineReadEvent | SearchEvent | OfflineRetrievalEvent | RefusalEvent | WriteEvent | MaterializationEvent;
