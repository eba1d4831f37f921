import { parseJsonDocument } from '../../common/codec/json-document.codec.js';
import {
  Issues,
  readBoolean,
  readOptionalText,
  readTexts,
  requireObject,
} from '../../common/codec/request-body.codec.js';
import { readOptionalInteger, readOptionalNumbers } from '../../common/codec/request-number.codec.js';
import type { DocumentFilter } from '../../common/model/document-filter.js';
import { readFilter } from './document-filter.parser.js';

/** A search, checked in shape but not against the registry. */
export interface SearchRequest {
  /** Undefined when absent, null or empty: then `features` says what is answered. */
  readonly featureService: string | undefined;
  readonly features: readonly string[];
  readonly vector: readonly number[] | undefined;
  /** Undefined when absent, null or empty. */
  readonly text: string | undefined;
  /** A text was given, be it empty: the answer has a column for its ranks. */
  readonly namesText: boolean;
  readonly topK: number;
  readonly metric: string | undefined;
  /** Which of Feast's two forms the answer has. */
  readonly version: 1 | 2;
  readonly filter: DocumentFilter | undefined;
}

export interface SearchLimits {
  readonly features: number;
  readonly topK: number;
}

const MAX_NUMBERS = 65_536;
const MAX_TEXT_LENGTH = 32_768;

/**
 * Parses a search and checks its shape.
 *
 * Shape:   the body as received; unknown keys are ignored as Feast ignores them.
 * Errors:  InvalidValueError that lists every wrong field, in the form of FastAPI.
 */
export function parseSearchRequest(body: Uint8Array, limits: SearchLimits): SearchRequest {
  const object = requireObject(body.length === 0 ? null : parseJsonDocument(body));
  const issues = new Issues();
  const featureService = readOptionalText(object, 'feature_service', issues);
  const features = readTexts(object, 'features', issues);
  for (const flag of ['full_feature_names', 'include_feature_view_version_metadata']) {
    // Feast reads these flags, but its answer is the same with and without them.
    readBoolean(object, flag, issues);
  }
  const topK = readOptionalInteger(object, 'top_k', issues);
  const vector = readOptionalNumbers(object, 'query', issues);
  const text = readOptionalText(object, 'query_string', issues);
  const metric = readOptionalText(object, 'distance_metric', issues);
  const version = readOptionalInteger(object, 'api_version', issues) === 2 ? 2 : 1;
  const filter = readFilter(object, 'filters', issues);
  issues.throwIfAny();
  checkSizes({ features, vector, text }, limits, issues);
  checkTopK(topK, limits, issues);
  issues.throwIfAny();
  return {
    featureService: featureService === '' ? undefined : featureService,
    features,
    vector,
    text: version === 2 && text !== '' ? text : undefined,
    namesText: version === 2 && text !== undefined,
    topK: topK as number,
    metric,
    version,
    filter,
  };
}

function checkSizes(
  { features, vector, text }: Partial<Pick<SearchRequest, 'features' | 'vector' | 'text'>>,
  limits: SearchLimits,
  issues: Issues,
): void {
  if (features !== undefined && features.length > limits.features) {
    const msg = `at most ${limits.features} features may be asked for at once, not ${features.length}`;
    issues.add('too_long', ['features'], msg);
  }
  if (vector !== undefined && vector.length > MAX_NUMBERS) {
    issues.add('too_long', ['query'], `a vector has at most ${MAX_NUMBERS} numbers, not ${vector.length}`);
  }
  vector?.forEach((number, at) => {
    if (Number.isFinite(Math.fround(number))) return;
    issues.add('finite_number', ['query', at], 'Input should be a finite number of single precision');
  });
  if (text !== undefined && text.length > MAX_TEXT_LENGTH) {
    const msg = `a text has at most ${MAX_TEXT_LENGTH} characters, not ${text.length}`;
    issues.add('string_too_long', ['query_string'], msg);
  }
}

function checkTopK(topK: number | undefined, limits: SearchLimits, issues: Issues): void {
  if (topK === undefined) {
    issues.add('missing', ['top_k'], 'top_k is needed: how many documents to find');
  } else if (topK < 0 || topK > limits.topK) {
    const msg = `top_k must be between 0 and ${limits.topK} (salver.yaml: search.max_top_k), not ${topK}`;
    issues.add('value_error', ['top_k'], msg);
  }
}
