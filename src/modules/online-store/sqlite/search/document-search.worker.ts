import { parentPort, workerData } from 'node:worker_threads';
import { FeatureServerError, UnavailableError } from '../../../../common/errors/errors.js';
import type { SearchAnswer, SearchTask } from './search-messages.js';
import { SqliteSearchEngine, type SqliteSearchOptions } from './sqlite-search-engine.js';

const engine = new SqliteSearchEngine(workerData as SqliteSearchOptions);

parentPort?.on('message', ({ id, query, expiresAtMs }: SearchTask) => {
  parentPort?.postMessage(
    answerTo(id, () => {
      const waitMs = expiresAtMs - Date.now();
      // Nobody waits for it any more, but whoever comes next finds what it would have built.
      if (waitMs <= 0) throw new UnavailableError('the search did not begin before the time was up');
      return engine.search(query, waitMs);
    }),
  );
});

/** What is no error of ours ends the thread. */
function answerTo(id: number, search: () => Extract<SearchAnswer, { kind: 'hits' }>['hits']): SearchAnswer {
  try {
    return { kind: 'hits', id, hits: search() };
  } catch (error) {
    if (!(error instanceof FeatureServerError)) throw error;
    return { kind: 'failed', id, code: error.code, message: error.message };
  }
}
