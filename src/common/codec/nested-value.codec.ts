import type { JsonObject, JsonValue } from '../model/json-value.js';
import { ValueType } from '../model/value.js';
import type { FeatureMap, FeaturePayload, FeatureValue, ValueTypeNumber } from '../model/value.js';
import { convertCollections, isCollectionType, isEmptyContainer, iterate } from './collection-value.codec.js';
import { JsonSyntaxError, readJsonText } from './json-text-reader.js';
import { jsonText } from './json-text.js';
import { pythonText } from './python-text.js';
import { convertScalars, requireEncodable } from './scalar-value.codec.js';
import { inferColumnType } from './value-inference.js';
import { ValueProblem } from './value-problem.js';

/** Each level takes three messages inside each other, and protobuf readers stop at a hundred. */
const MAX_VALUE_DEPTH = 32;

type Converter = (value: JsonValue) => FeaturePayload;

const CONVERTERS: ReadonlyMap<ValueTypeNumber, Converter> = new Map<ValueTypeNumber, Converter>([
  [ValueType.MAP, (value) => toMap(requireObject(parsedText(value)), 1)],
  [ValueType.MAP_LIST, (value) => toMaps(requireList(parsedText(value)), 1)],
  [ValueType.STRUCT, (value) => toMap(structOf(value), 1)],
  [ValueType.STRUCT_LIST, (value) => toMaps(iterate(parsedText(value)), 1)],
  [ValueType.VALUE_LIST, (value) => toValues(value, 1)],
  [ValueType.VALUE_SET, (value) => toValues(value, 1)],
  [ValueType.SCALAR_MAP, toScalarMap],
  [ValueType.JSON, toJson],
  [ValueType.JSON_LIST, (value) => iterate(value).map(toJson)],
]);

/**
 * How one value of a composite type is converted, undefined when the type is not composite.
 *
 * Shape:  see FeatureValue; the function is not called with null. Members of objects and inner lists are inferred each
 *         on its own.
 * Errors: the function throws ValueProblem without a row; also for more than MAX_VALUE_DEPTH levels.
 * Source: spec/values.md part 2.3.
 */
export function nestedConverter(type: ValueTypeNumber): Converter | undefined {
  return CONVERTERS.get(type);
}

/** Maps, structs and their lists may be sent as JSON text. */
function parsedText(value: JsonValue): JsonValue {
  return typeof value === 'string' ? readText(value) : value;
}

function readText(text: string): JsonValue {
  try {
    return readJsonText(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new ValueProblem(`is not JSON text (${error.message})`, 'json_invalid');
  }
}

function requireObject(value: JsonValue): JsonObject {
  if (value instanceof Map) return value as JsonObject;
  throw new ValueProblem('is not an object', 'dict_type');
}

function requireList(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw new ValueProblem('is not a list', 'list_type');
}

/** What is no object becomes the only member of one, as text. */
function structOf(value: JsonValue): JsonObject {
  const parsed = parsedText(value);
  return parsed instanceof Map ? (parsed as JsonObject) : new Map([['_value', pythonText(parsed)]]);
}

function toMap(object: JsonObject, depth: number): FeatureMap {
  requireDepth(depth);
  const map = new Map<string, FeatureValue>();
  for (const [key, value] of object) map.set(requireEncodable(key), toMember(value, depth + 1));
  return map;
}

function toMaps(items: readonly JsonValue[], depth: number): FeatureMap[] {
  return items.map((item) => {
    if (!(item instanceof Map)) throw new ValueProblem('holds something that is not an object', 'dict_type');
    return toMap(item as JsonObject, depth);
  });
}

/** A value whose type nobody declared. */
function toMember(value: JsonValue, depth: number): FeatureValue {
  if (value instanceof Map) return { type: ValueType.MAP, value: toMap(value as JsonObject, depth) };
  const type = inferColumnType([value]);
  if (type === ValueType.UNKNOWN) return null;
  if (type === ValueType.MAP_LIST) return { type, value: toMaps(requireList(value), depth) };
  const [payload] = isCollectionType(type)
    ? convertCollections(type, [value])
    : convertScalars(type, [value]);
  return payload === null || payload === undefined ? null : { type, value: payload };
}

function toValues(value: JsonValue, depth: number): FeatureValue[] {
  requireDepth(depth);
  return iterate(value).map((inner) => {
    if (inner === null) return null;
    const items = iterate(inner);
    if (isEmptyContainer(items)) return null;
    if (items.some((item) => Array.isArray(item))) {
      return { type: ValueType.VALUE_LIST, value: toValues(items, depth + 1) };
    }
    return toMember(items, depth + 1);
  });
}

function requireDepth(depth: number): void {
  if (depth > MAX_VALUE_DEPTH) throw new ValueProblem(`is nested more than ${MAX_VALUE_DEPTH} levels deep`);
}

/** Keys of JSON objects are texts, and those are not allowed here. */
function toScalarMap(value: JsonValue): FeaturePayload {
  if (requireObject(value).size > 0) {
    throw new ValueProblem('has texts as keys, and JSON knows no other keys', 'scalar_map_key');
  }
  return [];
}

/** Text must be JSON and is kept as it is; everything else is printed. */
function toJson(value: JsonValue): string {
  if (typeof value !== 'string') return jsonText(value);
  readText(value);
  return requireEncodable(value);
}
