import { parseJsonDocument } from '../../common/codec/json-document.codec.js';
import {
  Issues,
  readBoolean,
  readOptionalText,
  readTexts,
  requireObject,
} from '../../common/codec/request-body.codec.js';
import { readOptionalInteger, readOptionalNumber } from '../../common/codec/request-number.codec.js';
import type { DocumentFilter } from '../../common/model/document-filter.js';
import type { JsonObject, JsonValue } from '../../common/model/json-value.js';
import { readFilter } from './document-filter.parser.js';

/** A search of a client of OpenAI, checked in shape. */
export interface VectorStoreSearchRequest {
  /** As it was sent, and as it is searched for. */
  readonly queries: readonly string[];
  readonly filter: DocumentFilter | undefined;
  readonly maxResults: number;
  /** Undefined: all but the vector. */
  readonly features: readonly string[] | undefined;
  /** Parameters of OpenAI that Feast does not know. */
  readonly unsupported: readonly string[];
}

const DEFAULT_RESULTS = 10;
const MAX_TEXT_LENGTH = 262_144;
const NO_BLOCK: JsonObject = new Map();

/** Errors: InvalidValueError that lists every wrong field, in the form of FastAPI. */
export function parseVectorStoreSearch(body: Uint8Array, maxResults: number): VectorStoreSearchRequest {
  const object = requireObject(body.length === 0 ? null : parseJsonDocument(body));
  const issues = new Issues();
  const request = {
    queries: readQuery(object, issues),
    filter: readFilter(object, 'filters', issues),
    maxResults: readOptionalInteger(object, 'max_num_results', issues) || DEFAULT_RESULTS,
    unsupported: readUnsupported(object, issues),
    features: readFeatures(object, issues),
  };
  if (request.maxResults < 1 || request.maxResults > maxResults) {
    const msg = `max_num_results must be between 1 and ${maxResults} (salver.yaml: search.max_top_k), not ${request.maxResults}`;
    issues.add('value_error', ['max_num_results'], msg);
  }
  issues.throwIfAny();
  return request;
}

/** The names of what was asked for in vain. */
function readUnsupported(object: JsonObject, issues: Issues): readonly string[] {
  const ranking = readBlock(object, 'ranking_options', issues) ?? NO_BLOCK;
  const threshold = readOptionalNumber(ranking, 'score_threshold', issues);
  const ranker = readOptionalText(ranking, 'ranker', issues);
  const rewrites = object.get('rewrite_query') !== null && readBoolean(object, 'rewrite_query', issues);
  const asked: readonly (readonly [string, boolean])[] = [
    ['ranking_options.score_threshold', threshold !== undefined],
    ['ranking_options.ranker', ranker !== undefined],
    ['rewrite_query', rewrites],
  ];
  return asked.flatMap(([name, isAsked]) => (isAsked ? name : []));
}

function readFeatures(object: JsonObject, issues: Issues): readonly string[] | undefined {
  const metadata = readBlock(object, 'metadata', issues) ?? NO_BLOCK;
  readOptionalText(metadata, 'content_field', issues);
  if (metadata.get('features_to_retrieve') === null) return undefined;
  const features = readTexts(metadata, 'features_to_retrieve', issues);
  return features.length === 0 ? undefined : features;
}

/** A text or a list of texts. FastAPI names both when it is neither. */
function readQuery(object: JsonObject, issues: Issues): readonly string[] {
  const value = object.get('query');
  if (value === undefined) {
    issues.missing('query', object);
    return [];
  }
  if (typeof value === 'string') return [checkedText(value, issues)];
  if (Array.isArray(value) && value.every((item: JsonValue) => typeof item === 'string')) {
    checkedText(value.join(' '), issues);
    return value;
  }
  issues.add('string_type', ['query', 'str'], 'Input should be a valid string', value);
  if (!Array.isArray(value)) {
    issues.add('list_type', ['query', 'list[str]'], 'Input should be a valid list', value);
    return [];
  }
  (value as readonly JsonValue[]).forEach((item, at) => {
    if (typeof item === 'string') return;
    issues.add('string_type', ['query', 'list[str]', at], 'Input should be a valid string', item);
  });
  return [];
}

function checkedText(text: string, issues: Issues): string {
  if (text.length > MAX_TEXT_LENGTH) {
    issues.add('string_too_long', ['query'], `a text has at most ${MAX_TEXT_LENGTH} characters`);
  }
  return text;
}

function readBlock(object: JsonObject, field: string, issues: Issues): JsonObject | undefined {
  const value = object.get(field);
  if (value === undefined || value === null) return undefined;
  if (value instanceof Map) return value as JsonObject;
  const msg = 'Input should be a valid dictionary or object to extract fields from';
  issues.add('model_attributes_type', [field], msg, value);
  return undefined;
}
