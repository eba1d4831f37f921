import { InvalidRequestError } from '../../../common/errors/errors.js';
import { type DocumentHits, DocumentSearch } from '../document-search.js';

/**
 * There is no search in Redis: a hash holds its values as protobuf messages, and the search module of Redis indexes fields
 * that are a vector or a text and nothing else. To compare all hashes one by one would read the whole store.
 */
export class RedisDocumentSearch extends DocumentSearch {
  /** Errors: InvalidRequestError, always. */
  override search(): Promise<DocumentHits> {
    const reason =
      'Online store RedisOnlineStore does not support online retrieval: what Feast keeps in Redis cannot be indexed by ' +
      'its search module. Keep views that are searched in a SQLite online store';
    return Promise.reject(new InvalidRequestError(reason));
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}
