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

/** Field numbers of the union `LogicalType`. */
const LOGICAL = {
  string: 1,
  enum: 4,
  decimal: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  integer: 10,
  null: 11,
  json: 12,
  bson: 13,
  uuid: 14,
  float16: 15,
} as const;

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

/** As people write it: `INT64`, `TIMESTAMP(us, UTC)`. */
export function leafTypeName(type: LeafType): string {
  switch (type.kind) {
    case 'integer':
      return `${type.signed ? '' : 'U'}INT${type.bits}`;
    case 'float':
      return `FLOAT${type.bits}`;
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'time':
      return `TIME(${type.unit})`;
    case 'timestamp':
      return `TIMESTAMP(${type.unit}, ${type.zoned ? 'UTC' : 'without a zone'})`;
    case 'binary':
      return type.length === undefined ? 'BINARY' : `BINARY(${type.length})`;
    case 'text':
      return 'STRING';
    case 'other':
      return type.name;
    case 'boolean':
    case 'uuid':
    case 'date':
    case 'null':
      return type.kind.toUpperCase();
  }
}

function logicalType({ id, fields }: LogicalType): LeafType {
  switch (id) {
    case LOGICAL.string:
    case LOGICAL.enum:
    case LOGICAL.json:
      return { kind: 'text' };
    case LOGICAL.bson:
      return { kind: 'binary', length: undefined };
    case LOGICAL.decimal:
      return { kind: 'decimal', scale: integerOf(fields, 1) ?? 0, precision: integerOf(fields, 2) ?? 0 };
    case LOGICAL.date:
      return { kind: 'date' };
    case LOGICAL.time:
      return { kind: 'time', unit: unitOf(fields) };
    case LOGICAL.timestamp:
      return { kind: 'timestamp', unit: unitOf(fields), zoned: isTrue(fields, 1), int96: false };
    case LOGICAL.integer:
      return { kind: 'integer', bits: integerOf(fields, 1) ?? 64, signed: isTrue(fields, 2) };
    case LOGICAL.null:
      return { kind: 'null' };
    case LOGICAL.uuid:
      return { kind: 'uuid' };
    case LOGICAL.float16:
      return { kind: 'float', bits: 16 };
    default:
      return { kind: 'other', name: `a parquet type that this version does not know (number ${id})` };
  }
}

function physicalType({ physical, typeLength }: SchemaElement): LeafType {
  switch (physical) {
    case PhysicalType.BOOLEAN:
      return { kind: 'boolean' };
    case PhysicalType.INT32:
      return { kind: 'integer', bits: 32, signed: true };
    case PhysicalType.INT64:
      return { kind: 'integer', bits: 64, signed: true };
    case PhysicalType.INT96:
      return { kind: 'timestamp', unit: 'ns', zoned: false, int96: true };
    case PhysicalType.FLOAT:
      return { kind: 'float', bits: 32 };
    case PhysicalType.DOUBLE:
      return { kind: 'float', bits: 64 };
    case PhysicalType.BYTE_ARRAY:
      return { kind: 'binary', length: undefined };
    case PhysicalType.FIXED_LEN_BYTE_ARRAY:
      return { kind: 'binary', length: typeLength };
    default:
      return { kind: 'other', name: `a physical type that this version does not know (${physical})` };
  }
}

type Fields = LogicalType['fields'];

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
