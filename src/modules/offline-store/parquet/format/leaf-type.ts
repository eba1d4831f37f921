import { integerOf, PhysicalType, type LogicalType, type SchemaElement } from './schema-element.codec.js';

export type TimeUnit = 'ms' | 'us' | 'ns';

/** What the values of a leaf are, and how they are stored. */
export type LeafType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly bits: number; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'text' }
  | { readonly kind: 'binary'; readonly length: number | undefined }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'date' }
  | { readonly kind: 'time'; readonly unit: TimeUnit }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly zoned: boolean; readonly int96: boolean }
  | { readonly kind: 'null' }
  /** A type of which no value can come from JSON. */
  | { readonly kind: 'other'; readonly name: string };

/** By the number of `ConvertedType`. */
const CONVERTED_TYPES: ReadonlyMap<number, LeafType> = new Map<number, LeafType>([
  [0, { kind: 'text' }],
  [4, { kind: 'text' }],
  [6, { kind: 'date' }],
  [7, { kind: 'time', unit: 'ms' }],
  [8, { kind: 'time', unit: 'us' }],
  // Arrow takes these for times without a zone.
  [9, { kind: 'timestamp', unit: 'ms', zoned: false, int96: false }],
  [10, { kind: 'timestamp', unit: 'us', zoned: false, int96: false }],
  [11, { kind: 'integer', bits: 8, signed: false }],
  [12, { kind: 'integer', bits: 16, signed: false }],
  [13, { kind: 'integer', bits: 32, signed: false }],
  [14, { kind: 'integer', bits: 64, signed: false }],
  [15, { kind: 'integer', bits: 8, signed: true }],
  [16, { kind: 'integer', bits: 16, signed: true }],
  [17, { kind: 'integer', bits: 32, signed: true }],
  [18, { kind: 'integer', bits: 64, signed: true }],
  [19, { kind: 'text' }],
  [20, { kind: 'binary', length: undefined }],
  [21, { kind: 'other', name: 'INTERVAL' }],
]);
const CONVERTED_DECIMAL = 5;

/** Source: parquet.thrift, LogicalType and ConvertedType; how Arrow reads both. */
export function leafType(element: SchemaElement): LeafType {
  const { logical, converted, precision, scale } = element;
  if (logical !== undefined) return logicalType(logical);
  if (converted === CONVERTED_DECIMAL) return { kind: 'decimal', precision, scale };
  const type = converted === undefined ? undefined : CONVERTED_TYPES.get(converted);
  return type ?? physicalType(element);
}

/** A function for each kind of type. */
export type ByKind<Arguments extends unknown[], Result> = {
  readonly [Kind in LeafType['kind']]: (
    type: Extract<LeafType, { kind: Kind }>,
    ...rest: Arguments
  ) => Result;
};

const NAMES: ByKind<[], string> = {
  boolean: () => 'BOOLEAN',
  integer: ({ signed, bits }) => `${signed ? '' : 'U'}INT${bits}`,
  float: ({ bits }) => `FLOAT${bits}`,
  text: () => 'STRING',
  binary: ({ length }) => (length === undefined ? 'BINARY' : `BINARY(${length})`),
  uuid: () => 'UUID',
  decimal: ({ precision, scale }) => `DECIMAL(${precision}, ${scale})`,
  date: () => 'DATE',
  time: ({ unit }) => `TIME(${unit})`,
  timestamp: ({ unit, zoned }) => `TIMESTAMP(${unit}, ${zoned ? 'UTC' : 'without a zone'})`,
  null: () => 'NULL',
  other: ({ name }) => name,
};

/** As people write it: `INT64`, `TIMESTAMP(us, UTC)`. */
export function leafTypeName(type: LeafType): string {
  return (NAMES[type.kind] as (of: LeafType) => string)(type);
}

type Fields = LogicalType['fields'];

/** By the field number in the union `LogicalType`. */
const LOGICAL_TYPES: ReadonlyMap<number, (fields: Fields) => LeafType> = new Map([
  [1, text],
  // ENUM and JSON.
  [4, text],
  [12, text],
  [5, decimal],
  [6, (): LeafType => ({ kind: 'date' })],
  [7, (fields: Fields): LeafType => ({ kind: 'time', unit: unitOf(fields) })],
  [8, timestamp],
  [10, integer],
  [11, (): LeafType => ({ kind: 'null' })],
  // BSON.
  [13, (): LeafType => ({ kind: 'binary', length: undefined })],
  [14, (): LeafType => ({ kind: 'uuid' })],
  [15, (): LeafType => ({ kind: 'float', bits: 16 })],
]);

function logicalType({ id, fields }: LogicalType): LeafType {
  const type = LOGICAL_TYPES.get(id);
  if (type !== undefined) return type(fields);
  return { kind: 'other', name: `a parquet type that this version does not know (number ${id})` };
}

function text(): LeafType {
  return { kind: 'text' };
}

function decimal(fields: Fields): LeafType {
  return { kind: 'decimal', scale: integerOf(fields, 1) ?? 0, precision: integerOf(fields, 2) ?? 0 };
}

function timestamp(fields: Fields): LeafType {
  return { kind: 'timestamp', unit: unitOf(fields), zoned: isTrue(fields, 1), int96: false };
}

function integer(fields: Fields): LeafType {
  return { kind: 'integer', bits: integerOf(fields, 1) ?? 64, signed: isTrue(fields, 2) };
}

const PHYSICAL_TYPES: ReadonlyMap<number | undefined, LeafType> = new Map<number | undefined, LeafType>([
  [PhysicalType.BOOLEAN, { kind: 'boolean' }],
  [PhysicalType.INT32, { kind: 'integer', bits: 32, signed: true }],
  [PhysicalType.INT64, { kind: 'integer', bits: 64, signed: true }],
  [PhysicalType.INT96, { kind: 'timestamp', unit: 'ns', zoned: false, int96: true }],
  [PhysicalType.FLOAT, { kind: 'float', bits: 32 }],
  [PhysicalType.DOUBLE, { kind: 'float', bits: 64 }],
  [PhysicalType.BYTE_ARRAY, { kind: 'binary', length: undefined }],
]);

function physicalType({ physical, typeLength }: SchemaElement): LeafType {
  if (physical === PhysicalType.FIXED_LEN_BYTE_ARRAY) return { kind: 'binary', length: typeLength };
  const type = PHYSICAL_TYPES.get(physical);
  return type ?? { kind: 'other', name: `a physical type that this version does not know (${physical})` };
}

/** Unit of TIME and TIMESTAMP: a union in which the field number tells which. */
function unitOf(fields: Fields): TimeUnit {
  const unit = fields.find(({ id }) => id === 2);
  // The first byte of a union is the header of its member: its number is in the high half.
  const member = unit === undefined ? 0 : unit.bytes[0]! >> 4;
  return member === 1 ? 'ms' : member === 3 ? 'ns' : 'us';
}

/** A boolean is its type. */
function isTrue(fields: Fields, id: number): boolean {
  return fields.find((field) => field.id === id)?.type === 1;
}
