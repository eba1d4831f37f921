import { ValueType, type ValueTypeNumber } from '../../common/model/value.js';

/** What a column of a source holds, whatever the store calls it. */
export type SourceType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'text' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'date' }
  | { readonly kind: 'time' }
  | { readonly kind: 'float32' }
  | { readonly kind: 'float64' }
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  /** Nanoseconds or microseconds since the epoch; without a zone it counts as UTC. */
  | { readonly kind: 'timestamp'; readonly unit: 'us' | 'ns'; readonly zoned: boolean }
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'list'; readonly item: SourceType }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, SourceType> }
  | { readonly kind: 'map'; readonly key: SourceType; readonly value: SourceType }
  /** Nulls and nothing else. */
  | { readonly kind: 'null' }
  /** What no Feast type can hold. */
  | { readonly kind: 'other'; readonly name: string };

export type SourceKind = SourceType['kind'];
export type SourceTypeOf<K extends SourceKind> = Extract<SourceType, { readonly kind: K }>;

const NATURAL: Readonly<Partial<Record<SourceKind, ValueTypeNumber>>> = {
  boolean: ValueType.BOOL,
  text: ValueType.STRING,
  bytes: ValueType.BYTES,
  uuid: ValueType.UUID,
  date: ValueType.UNIX_TIMESTAMP,
  timestamp: ValueType.UNIX_TIMESTAMP,
  time: ValueType.STRING,
  float32: ValueType.FLOAT,
  float64: ValueType.DOUBLE,
  decimal: ValueType.DECIMAL,
  struct: ValueType.STRUCT,
};

const LISTS: ReadonlyMap<ValueTypeNumber, ValueTypeNumber> = new Map<ValueTypeNumber, ValueTypeNumber>([
  [ValueType.BYTES, ValueType.BYTES_LIST],
  [ValueType.STRING, ValueType.STRING_LIST],
  [ValueType.INT32, ValueType.INT32_LIST],
  [ValueType.INT64, ValueType.INT64_LIST],
  [ValueType.DOUBLE, ValueType.DOUBLE_LIST],
  [ValueType.FLOAT, ValueType.FLOAT_LIST],
  [ValueType.BOOL, ValueType.BOOL_LIST],
  [ValueType.UNIX_TIMESTAMP, ValueType.UNIX_TIMESTAMP_LIST],
  [ValueType.UUID, ValueType.UUID_LIST],
  [ValueType.DECIMAL, ValueType.DECIMAL_LIST],
  [ValueType.STRUCT, ValueType.STRUCT_LIST],
  [ValueType.MAP, ValueType.MAP_LIST],
]);

/**
 * The Feast type of a column that nobody declared: the smallest that holds every value.
 *
 * Shape:  undefined when there is none.
 */
export function naturalValueType(type: SourceType): ValueTypeNumber | undefined {
  if (type.kind === 'integer') return integerValueType(type);
  if (type.kind === 'map') return type.key.kind === 'text' ? ValueType.MAP : ValueType.SCALAR_MAP;
  if (type.kind === 'list') return listValueType(type.item);
  return NATURAL[type.kind];
}

/** Lists of lists are lists of values. */
export function listValueType(item: SourceType): ValueTypeNumber | undefined {
  if (item.kind === 'list') return listValueType(item.item) === undefined ? undefined : ValueType.VALUE_LIST;
  const scalar = naturalValueType(item);
  return scalar === undefined ? undefined : LISTS.get(scalar);
}

/** Unsigned integers need one bit more; there is nothing larger than INT64. */
function integerValueType({ bits, signed }: SourceTypeOf<'integer'>): ValueTypeNumber {
  return bits < 32 || (bits === 32 && signed) ? ValueType.INT32 : ValueType.INT64;
}

const NAMES: Readonly<Record<Exclude<SourceKind, 'integer' | 'list' | 'other'>, string>> = {
  boolean: 'booleans',
  text: 'text',
  bytes: 'bytes',
  uuid: 'UUIDs',
  date: 'dates',
  time: 'times of day',
  float32: '32-bit floats',
  float64: 'floats',
  timestamp: 'timestamps',
  decimal: 'decimals',
  struct: 'structs',
  map: 'maps',
  null: 'nothing but nulls',
};

/** For messages: `lists of 32-bit floats`. */
export function describeSourceType(type: SourceType): string {
  if (type.kind === 'integer') return `${type.signed ? '' : 'unsigned '}${type.bits}-bit integers`;
  if (type.kind === 'list') return `lists of ${describeSourceType(type.item)}`;
  return type.kind === 'other' ? type.name : NAMES[type.kind];
}
