import { jsonText } from '../../../common/codec/json-text.js';
import type { JsonValue } from '../../../common/model/json-value.js';
import { ValueType, type ValueTypeName } from '../../../common/model/value.js';
import type { ScalarName, TypeShape } from '../../../definitions/field-type.js';

/** Feast's tags for what the number of a type cannot say. */
export const STRUCT_SCHEMA_TAG = 'feast:struct_schema';
export const NESTED_TYPE_TAG = 'feast:nested_inner_type';

/** Numbers that Feast stores although its protos have no name for them. */
const UNNAMED: Readonly<Partial<Record<ScalarName, number>>> = { PDF_BYTES: 30, IMAGE_BYTES: 31 };
/** Feast's types FLOAT32 and FLOAT64 are called otherwise among the types of values. */
const RENAMED: Readonly<Partial<Record<ScalarName, ValueTypeName>>> = { FLOAT32: 'FLOAT', FLOAT64: 'DOUBLE' };

/** Shape: a number of `ValueType`, or 30 or 31; UNKNOWN for what is no type. */
export function valueTypeOf(shape: TypeShape): number {
  if (isCollection(shape)) return collectionType(shape.kind, shape.item);
  if (shape.kind === 'STRUCT') return ValueType.STRUCT;
  return shape.kind === 'INVALID'
    ? ValueType.UNKNOWN
    : (UNNAMED[shape.kind] ?? ValueType[nameOf(shape.kind)]);
}

function collectionType(kind: 'LIST' | 'SET', item: TypeShape): number {
  if (isCollection(item)) return ValueType[`VALUE_${kind}`];
  const name = item.kind === 'STRUCT' || item.kind === 'INVALID' ? item.kind : nameOf(item.kind);
  return numberOf(`${name}_${kind}`);
}

/** Why Feast has no such type, undefined when it has. */
export function refusalOf(shape: TypeShape): string | undefined {
  if (isCollection(shape)) return refusalOf(shape.item) ?? itemRefusal(shape.kind, shape.item);
  if (shape.kind === 'STRUCT') return structRefusal(shape.members);
  return shape.kind === 'INVALID' ? 'is not a type such as int64, string or list(float32)' : undefined;
}

function structRefusal(members: Readonly<Record<string, TypeShape>>): string | undefined {
  if (Object.keys(members).length === 0) return 'is a struct without members: give it at least one';
  for (const [name, member] of Object.entries(members)) {
    const refusal = refusalOf(member);
    if (refusal !== undefined) return `has a member '${name}' that ${refusal}`;
  }
  return undefined;
}

function itemRefusal(kind: 'LIST' | 'SET', item: TypeShape): string | undefined {
  if (valueTypeOf({ kind, item }) !== ValueType.UNKNOWN) return undefined;
  return `is a ${kind.toLowerCase()} of ${item.kind}, and Feast has no such type`;
}

/** Shape: the tags that keep the members of a struct and the inside of nested collections. */
export function typeTags(shape: TypeShape): Readonly<Record<string, string>> {
  if (shape.kind === 'STRUCT') return { [STRUCT_SCHEMA_TAG]: jsonText(memberNames(shape.members)) };
  if (!isCollection(shape)) return {};
  const { item } = shape;
  if (isCollection(item)) return { [NESTED_TYPE_TAG]: typeName(shape) };
  return shape.kind === 'LIST' && item.kind === 'STRUCT' ? typeTags(item) : {};
}

/** `Array(Set(INT64))`, the way that Feast writes and reads it. */
function typeName(shape: TypeShape): string {
  if (isCollection(shape)) return `${shape.kind === 'LIST' ? 'Array' : 'Set'}(${typeName(shape.item)})`;
  if (shape.kind === 'STRUCT') return jsonText(new Map([['__struct__', memberNames(shape.members)]]));
  return shape.kind;
}

function memberNames(members: Readonly<Record<string, TypeShape>>): JsonValue {
  return new Map(Object.entries(members).map(([name, member]) => [name, typeName(member)]));
}

function isCollection(shape: TypeShape): shape is Extract<TypeShape, { readonly item: TypeShape }> {
  return shape.kind === 'LIST' || shape.kind === 'SET';
}

function nameOf(scalar: ScalarName): ValueTypeName {
  return RENAMED[scalar] ?? (scalar as ValueTypeName);
}

function numberOf(name: string): number {
  return name in ValueType ? ValueType[name as ValueTypeName] : ValueType.UNKNOWN;
}
