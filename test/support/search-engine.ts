import {
  SqliteSearchEngine,
  type SqliteSearchOptions,
} from '../../src/modules/online-store/sqlite/search/sqlite-search-engine.js';

/** An engine that keeps nothing back: every search has what is committed, all of it by itself. */
export function searchEngineOn(path: string, options: Partial<SqliteSearchOptions> = {}): SqliteSearchEngine {
  return new SqliteSearchEngine({
    path,
    indexBytes: 1 << 30,
    maxStalenessMs: 0,
    extensionPath: undefined,
    noticePath: undefined,
    ...options,
  });
}
