import type { Tags } from './tags.js';

/** Marks the types of fields, in every copy of this package. */
export const FIELD_TYPE: unique symbol = Symbol.for('salver.field_type') as never;

/** Only for the compiler: the values of a type. Nothing has such a property. */
export declare const VALUES: unique symbol;

/** Feast's names of the types that are not made of others. */
export type ScalarName =
  | 'BYTES'
  | 'PDF_BYTES'
  | 'IMAGE_BYTES'
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
  | 'MAP'
  | 'JSON'
  | 'SCALAR_MAP'
  | 'ZONED_TIMESTAMP';

export type TypeKind = ScalarName | 'LIST' | 'SET' | 'STRUCT';

/** What a type is at run time. `INVALID` stands for what was passed instead of a type. */
export type TypeShape =
  | { readonly kind: ScalarName | 'INVALID' }
  | { readonly kind: 'LIST' | 'SET'; readonly item: TypeShape }
  | { readonly kind: 'STRUCT'; readonly members: Readonly<Record<string, TypeShape>> };

/** What may be said of a field besides its type. */
export interface FieldOptions {
  /** For people. */
  readonly description?: string | undefined;
  readonly tags?: Tags | undefined;
}

/** A list of numbers may be a vector that can be searched. */
export interface ListFieldOptions extends FieldOptions {
  /** Keeps an index for vector search; one field of a view at most. */
  readonly vectorIndex?: boolean | undefined;
  /** Numbers in every vector. */
  readonly vectorLength?: number | undefined;
  /** How near is measured, in the words of the online store: `cosine`, `L2`, … */
  readonly vectorSearchMetric?: string | undefined;
}

/**
 * The type of a field, with what else is said of the field.
 *
 * `Read` is what a transformation gets, `Write` what it may return, `Push` what JSON can carry in a push.
 */
export interface FieldType<
  Kind extends TypeKind = TypeKind,
  Read = unknown,
  Write = unknown,
  Push = unknown,
> {
  readonly [FIELD_TYPE]: { readonly kind: Kind; readonly shape: TypeShape; readonly options: unknown };
  readonly [VALUES]?: { readonly read: Read; readonly write: Write; readonly push: Push } | undefined;
}

/** A type of any kind. */
export interface AnyFieldType extends FieldType {}

export type ReadOf<Type> = Type extends FieldType<TypeKind, infer Read> ? Read : never;
export type WriteOf<Type> = Type extends FieldType<TypeKind, unknown, infer Write> ? Write : never;
export type PushOf<Type> = Type extends FieldType<TypeKind, unknown, unknown, infer Push> ? Push : never;

/** A type that can be used as it is, `int64`, or with more about the field, `int64({ description: 'Trips' })`. */
export interface ScalarType<Kind extends TypeKind, Read, Write = Read, Push = Write> extends FieldType<
  Kind,
  Read,
  Write,
  Push
> {
  (options: FieldOptions): FieldType<Kind, Read, Write, Push>;
}

/** The shape of a type; of anything else `INVALID`. */
export function shapeOf(type: unknown): TypeShape {
  return isFieldType(type) ? type[FIELD_TYPE].shape : { kind: 'INVALID' };
}

export function isFieldType(value: unknown): value is FieldType {
  const able = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return able && FIELD_TYPE in value;
}
