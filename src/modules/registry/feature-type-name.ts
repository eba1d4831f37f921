import type { FeatureSpecV2 } from '../../generated/feast/core/Feature_pb.js';
import { ValueType_Enum } from '../../generated/feast/types/Value_pb.js';

const STRUCT_SCHEMA_TAG = 'feast:struct_schema';
const NESTED_TYPE_TAG = 'feast:nested_inner_type';

/** Names of `feast.types` that are not the capitalised name of the value type; those of its tags besides. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  UNKNOWN: 'Invalid',
  DOUBLE: 'Float64',
  FLOAT: 'Float32',
  '30': 'PdfBytes',
  '31': 'ImageBytes',
};

/**
 * The type of a feature as its author wrote it: `Float32`, `Array(Int64)`, `Struct({a: Int64})`.
 *
 * Source: spec/values.md on the tags that refine a type.
 */
export function featureTypeName({ valueType, tags }: Pick<FeatureSpecV2, 'valueType' | 'tags'>): string {
  const name = ValueType_Enum[valueType] ?? String(valueType);
  const schema = tags[STRUCT_SCHEMA_TAG];
  if (schema !== undefined && name === 'STRUCT') return structName(schema);
  if (schema !== undefined && name === 'STRUCT_LIST') return `Array(${structName(schema)})`;
  const nested = tags[NESTED_TYPE_TAG];
  if (nested !== undefined && name.startsWith('VALUE_')) return refinedName(nested);
  if (name.endsWith('_LIST')) return `Array(${scalarName(name.slice(0, -'_LIST'.length))})`;
  if (name.endsWith('_SET')) return `Set(${scalarName(name.slice(0, -'_SET'.length))})`;
  return scalarName(name);
}

/** A type as the tags have it: `Array(Set(INT64))`, or an object that holds `__struct__`. */
function refinedName(text: string): string {
  const collection = /^(Array|Set)\((.*)\)$/s.exec(text);
  if (collection) return `${collection[1]}(${refinedName(collection[2] as string)})`;
  if (!text.startsWith('{')) return scalarName(text);
  const parsed = parseObject(text)?.['__struct__'];
  return parsed === undefined ? 'Struct' : structName(JSON.stringify(parsed));
}

function structName(schema: string): string {
  const fields = parseObject(schema);
  if (fields === undefined) return 'Struct';
  const texts = Object.entries(fields).map(([name, type]) => `${name}: ${refinedName(String(type))}`);
  return `Struct({${texts.join(', ')}})`;
}

/** A tag is anybody's text. */
function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function scalarName(name: string): string {
  const known = TYPE_NAMES[name];
  if (known !== undefined) return known;
  return name
    .toLowerCase()
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
