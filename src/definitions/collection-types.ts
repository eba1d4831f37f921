import {
  FIELD_TYPE,
  shapeOf,
  type AnyFieldType,
  type FieldOptions,
  type FieldType,
  type ListFieldOptions,
  type PushOf,
  type ReadOf,
  type TypeKind,
  type TypeShape,
  type WriteOf,
} from './field-type.js';
import { frozenCopy } from './frozen-copy.js';

/** What a set can hold. */
export type SetItemKind =
  | 'BYTES'
  | 'STRING'
  | 'INT32'
  | 'INT64'
  | 'FLOAT32'
  | 'FLOAT64'
  | 'BOOL'
  | 'UNIX_TIMESTAMP'
  | 'UUID'
  | 'TIME_UUID'
  | 'DECIMAL'
  | 'LIST'
  | 'SET';

/** What a list can hold. */
export type ListItemKind = SetItemKind | 'MAP' | 'JSON' | 'STRUCT';

export interface SetItem extends FieldType<SetItemKind> {}
export interface ListItem extends FieldType<ListItemKind> {}

export interface StructMembers {
  readonly [name: string]: AnyFieldType;
}

export interface ListType<Item extends FieldType> extends FieldType<
  'LIST',
  readonly ReadOf<Item>[],
  readonly WriteOf<Item>[],
  PushOf<Item> extends null ? null : readonly PushOf<Item>[]
> {}

export interface SetType<Item extends FieldType> extends FieldType<
  'SET',
  ReadonlySet<ReadOf<Item>>,
  ReadonlySet<WriteOf<Item>> | readonly WriteOf<Item>[],
  PushOf<Item> extends null ? null : ReadonlySet<PushOf<Item>> | readonly PushOf<Item>[]
> {}

export interface StructType<Members extends StructMembers> extends FieldType<
  'STRUCT',
  { readonly [Name in keyof Members]: ReadOf<Members[Name]> | null },
  { readonly [Name in keyof Members]: WriteOf<Members[Name]> | null },
  { readonly [Name in keyof Members]: PushOf<Members[Name]> | null }
> {}

/** Values of one type, in order: `list(int64)`, `list(list(string))`, `list(float32, { vectorIndex: true, vectorLength: 384 })`. */
export function list<Item extends ListItem>(item: Item, options?: ListFieldOptions): ListType<Item> {
  return collectionType('LIST', { kind: 'LIST', item: shapeOf(item) }, options);
}

/** Distinct values of one type: `set(string)`, `set(list(int64))`. */
export function set<Item extends SetItem>(item: Item, options?: FieldOptions): SetType<Item> {
  return collectionType('SET', { kind: 'SET', item: shapeOf(item) }, options);
}

/** Named members, each with a type: `struct({ name: string, age: int64 })`. */
export function struct<Members extends StructMembers>(
  members: Members,
  options?: FieldOptions,
): StructType<Members> {
  const given: unknown = members;
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  const shapes = Object.fromEntries(entries.map(([name, type]) => [name, shapeOf(type)]));
  return collectionType('STRUCT', { kind: 'STRUCT', members: Object.freeze(shapes) }, options);
}

function collectionType<Type>(kind: TypeKind, shape: TypeShape, options: unknown): Type {
  const data = Object.freeze({ kind, shape: Object.freeze(shape), options: frozenCopy(options) });
  return Object.freeze({ [FIELD_TYPE]: data }) as never;
}
