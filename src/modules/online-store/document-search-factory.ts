import { pathBeside } from '../../common/channel/channel-address.js';
import type { OnlineStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import type { DocumentSearch } from './document-search.js';
import { RedisDocumentSearch } from './redis/redis-document-search.js';
import { SqliteDocumentSearch } from './sqlite/search/sqlite-document-search.js';
import { sqliteVecPath } from './sqlite/search/sqlite-vec-extension.js';

/** What the file is called that tells those who search an embedded store what has changed. */
export const NOTICES = 'online-changes';

/**
 * The search of the configured store. Nothing is opened before the first search.
 *
 * Errors: NotSupportedError for a kind that this version cannot read.
 */
export function createDocumentSearch(
  options: OnlineStoreConfig,
  { search }: Pick<SalverConfig, 'search'>,
  writerAddress?: string,
): DocumentSearch {
  switch (options.type) {
    case 'sqlite':
      return new SqliteDocumentSearch({
        path: options.path,
        indexBytes: search.indexBytes,
        maxStalenessMs: search.maxStalenessMs,
        noticePath: writerAddress === undefined ? undefined : pathBeside(writerAddress, NOTICES),
        extensionPath: search.sqliteVec ? sqliteVecPath() : undefined,
      });
    case 'redis':
      return new RedisDocumentSearch();
    case 'unsupported':
    case 'none':
      throw new NotSupportedError('there is no online store that can be searched');
  }
}
