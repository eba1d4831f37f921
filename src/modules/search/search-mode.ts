import type { OnlineStoreConfig } from '../../common/config/feature-store.js';
import { InvalidRequestError, InvalidValueError } from '../../common/errors/errors.js';
import type { SearchPlan } from './search-plan.js';
import type { SearchRequest } from './search.request.js';

/** What of a request says how it is searched. */
export type SearchInput = Pick<SearchRequest, 'vector' | 'text' | 'version' | 'filter'>;

/** What documents are searched by. */
export interface SearchMode {
  readonly vector: Float32Array | undefined;
  readonly text: string | undefined;
}

interface Switches {
  readonly vectorEnabled: boolean;
  readonly textSearchEnabled: boolean;
  readonly enableOpenaiCompatibleStore: boolean;
}

/** Stores without switches say themselves what they do not do. */
const ALL_ON: Switches = { vectorEnabled: true, textSearchEnabled: true, enableOpenaiCompatibleStore: true };

/**
 * What the request and the switches of the store lead to. A store with one switch on is searched by that alone, whatever
 * else the request has, as in Feast; one with both, by what the request has.
 *
 * Errors: InvalidRequestError for a search that the store does not do, InvalidValueError for a vector of another length.
 */
export function searchMode(store: OnlineStoreConfig, input: SearchInput, plan: SearchPlan): SearchMode {
  const { vector, text, version, filter } = input;
  const switches = store.type === 'sqlite' ? store : ALL_ON;
  assertQuery(input);
  assertSwitches(switches, filter !== undefined);
  const mode = {
    vector: switches.vectorEnabled && vector !== undefined ? queryVector(vector, plan) : undefined,
    text: switches.textSearchEnabled && version === 2 ? searchedText(text, plan) : undefined,
  };
  if (mode.vector !== undefined || mode.text !== undefined) return mode;
  const [what, key] = vector === undefined ? ['text', 'text_search_enabled'] : ['vector', 'vector_enabled'];
  throw new InvalidRequestError(
    `Search by ${what} is off: set ${key}: true in the online_store block of feature_store.yaml`,
  );
}

function assertQuery({ vector, text, version }: SearchInput): void {
  if (vector !== undefined || text !== undefined) return;
  throw new InvalidRequestError(
    version === 2
      ? 'Must provide either query (text embedding), query_image_bytes, or query_string'
      : 'Must provide query, the vector to search for',
  );
}

function assertSwitches(switches: Switches, hasFilter: boolean): void {
  if (!switches.vectorEnabled && !switches.textSearchEnabled) {
    throw new InvalidRequestError(
      'You must enable either vector search or text search in the online store config: set vector_enabled or text_search_enabled in the online_store block of feature_store.yaml',
    );
  }
  if (hasFilter && !switches.enableOpenaiCompatibleStore) {
    throw new InvalidRequestError(
      'Metadata filtering requires `enable_openai_compatible_store: true` in your online store config. After setting it, run `feast apply` to update the database schema.',
    );
  }
}

function queryVector(numbers: readonly number[], { searched, vectorField }: SearchPlan): Float32Array {
  const { length } = searched.vector;
  if (numbers.length === length) return Float32Array.from(numbers);
  const msg = `query has ${numbers.length} numbers, but ${searched.viewName}:${vectorField.name} has vectors of ${length}`;
  throw InvalidValueError.at(['body', 'query'], msg);
}

function searchedText(text: string | undefined, { searched }: SearchPlan): string | undefined {
  if (text === undefined || searched.textFeatures.length > 0) return text;
  throw new InvalidRequestError(
    `Feature view ${searched.viewName} has no feature of the type String: there is no text to search`,
  );
}
