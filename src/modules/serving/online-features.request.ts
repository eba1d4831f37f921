import { InvalidValueError, type RequestIssue } from '../../common/errors/errors.js';
import { parseJsonDocument } from '../../common/codec/json-document.codec.js';
import type { JsonArray, JsonObject } from '../../common/model/json-value.js';
import {
  Issues,
  readBoolean,
  readOptionalText,
  readTexts,
  requireObject,
} from '../../common/codec/request-body.codec.js';

/** A read, checked in shape but not against the registry. */
export interface OnlineFeaturesRequest {
  /** Columns in the order of the request: join key (or anything else) → one value per row. */
  readonly entities: ReadonlyMap<string, JsonArray>;
  /** Undefined when absent, null or empty: then `features` says what is read. */
  readonly featureService: string | undefined;
  readonly features: readonly string[];
  readonly fullFeatureNames: boolean;
}

export interface OnlineFeaturesLimits {
  readonly rows: number;
  readonly features: number;
}

/** No view is read by that many join keys; each column is looked at one by one. */
const MAX_COLUMNS = 1000;

/**
 * Parses a read and checks its shape.
 *
 * Shape:   the body as received; unknown keys are ignored as Feast ignores them.
 * Errors:  InvalidValueError that lists every wrong field, in the form of FastAPI.
 */
export function parseOnlineFeaturesRequest(
  body: Uint8Array,
  limits: OnlineFeaturesLimits,
): OnlineFeaturesRequest {
  const object = requireObject(body.length === 0 ? null : parseJsonDocument(body));
  const issues = new Issues();
  const entities = readEntities(object, limits, issues);
  const featureService = readOptionalText(object, 'feature_service', issues);
  const features = readTexts(object, 'features', issues);
  const fullFeatureNames = readBoolean(object, 'full_feature_names', issues);
  // Feast reads this flag but its HTTP answer is the same with and without it.
  readBoolean(object, 'include_feature_view_version_metadata', issues);
  if (features.length > limits.features) {
    issues.add(
      'too_long',
      ['features'],
      `at most ${limits.features} features may be asked for at once, not ${features.length}`,
    );
  }
  issues.throwIfAny();
  return {
    entities,
    featureService: featureService === '' ? undefined : featureService,
    features,
    fullFeatureNames,
  };
}

function readEntities(
  object: JsonObject,
  limits: OnlineFeaturesLimits,
  issues: Issues,
): ReadonlyMap<string, JsonArray> {
  const value = object.get('entities');
  if (value === undefined) {
    issues.missing('entities', object);
    return new Map();
  }
  if (!(value instanceof Map)) {
    issues.add('dict_type', ['entities'], 'Input should be a valid dictionary', value);
    return new Map();
  }
  if (value.size > MAX_COLUMNS) {
    const msg = `at most ${MAX_COLUMNS} columns may be sent at once, not ${value.size}`;
    issues.add('too_long', ['entities'], msg);
    return new Map();
  }
  for (const [name, column] of value as JsonObject) {
    if (!Array.isArray(column)) {
      issues.add('list_type', ['entities', name], 'Input should be a valid list', column);
    } else if (column.length > limits.rows) {
      issues.add(
        'too_long',
        ['entities', name],
        `at most ${limits.rows} rows may be asked for at once, not ${column.length}`,
      );
    }
  }
  return value as ReadonlyMap<string, JsonArray>;
}

/** Every row must have a value in every column. Errors: InvalidValueError naming the columns that differ. */
export function countRows(entities: ReadonlyMap<string, JsonArray>): number {
  if (entities.size === 0) {
    throw InvalidValueError.at(
      ['body', 'entities'],
      'entities is empty: give at least one join key with its values',
    );
  }
  let rows = -1;
  let first = '';
  const issues: RequestIssue[] = [];
  for (const [name, column] of entities) {
    if (rows < 0) {
      rows = column.length;
      first = name;
    } else if (column.length !== rows) {
      const msg = `${name} has ${column.length} values and ${first} has ${rows}: all lists must have the same length`;
      issues.push({ type: 'value_error', loc: ['body', 'entities', name], msg });
    }
  }
  if (issues.length > 0)
    throw new InvalidValueError('All entity rows must have the same columns.', { issues });
  return rows;
}
