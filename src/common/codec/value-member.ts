import { ValueType, type FeatureScalar, type ValueTypeNumber } from '../model/value.js';
import { WireType, type WireReader, type WireTypeNumber, type WireWriter } from './protobuf-wire.js';

/** How one scalar lies on the wire. */
export interface ScalarWire {
  readonly wireType: WireTypeNumber;
  write(writer: WireWriter, value: FeatureScalar): void;
  read(reader: WireReader): FeatureScalar;
}

/** What a member of the oneof of `feast.types.Value` holds. */
export type MemberShape =
  | { readonly kind: 'scalar'; readonly wire: ScalarWire }
  | { readonly kind: 'list'; readonly item: ScalarWire }
  | { readonly kind: 'map' | 'map_list' | 'values' | 'scalar_map' | 'zoned_timestamp' };

const BYTES: ScalarWire = {
  wireType: WireType.LENGTH,
  write: (writer, value) => writer.bytes(value as Uint8Array),
  // A copy: the slice of a Buffer would share its memory.
  read: (reader) => Uint8Array.from(reader.bytesView()),
};
const TEXT: ScalarWire = {
  wireType: WireType.LENGTH,
  write: (writer, value) => writer.string(value as string),
  read: (reader) => reader.string(),
};
const INT32: ScalarWire = {
  wireType: WireType.VARINT,
  write: (writer, value) => writer.varint64(value as number | bigint),
  read: (reader) => reader.int32(),
};
const INT64: ScalarWire = {
  wireType: WireType.VARINT,
  write: (writer, value) => writer.varint64(value as number | bigint),
  read: (reader) => reader.int64(),
};
const DOUBLE: ScalarWire = {
  wireType: WireType.FIXED64,
  write: (writer, value) => writer.fixed64(value as number),
  read: (reader) => reader.double(),
};
const FLOAT: ScalarWire = {
  wireType: WireType.FIXED32,
  write: (writer, value) => writer.fixed32(value as number),
  read: (reader) => reader.float(),
};
const BOOL: ScalarWire = {
  wireType: WireType.VARINT,
  write: (writer, value) => writer.varint(value === true ? 1 : 0),
  read: (reader) => reader.bool(),
};

/** A scalar with its list and its set. */
type Family = readonly [scalar: ValueTypeNumber, wire: ScalarWire, ...collections: ValueTypeNumber[]];

const FAMILIES: readonly Family[] = [
  [ValueType.BYTES, BYTES, ValueType.BYTES_LIST, ValueType.BYTES_SET],
  [ValueType.STRING, TEXT, ValueType.STRING_LIST, ValueType.STRING_SET],
  [ValueType.INT32, INT32, ValueType.INT32_LIST, ValueType.INT32_SET],
  [ValueType.INT64, INT64, ValueType.INT64_LIST, ValueType.INT64_SET],
  [ValueType.DOUBLE, DOUBLE, ValueType.DOUBLE_LIST, ValueType.DOUBLE_SET],
  [ValueType.FLOAT, FLOAT, ValueType.FLOAT_LIST, ValueType.FLOAT_SET],
  [ValueType.BOOL, BOOL, ValueType.BOOL_LIST, ValueType.BOOL_SET],
  [ValueType.UNIX_TIMESTAMP, INT64, ValueType.UNIX_TIMESTAMP_LIST, ValueType.UNIX_TIMESTAMP_SET],
  [ValueType.JSON, TEXT, ValueType.JSON_LIST],
  [ValueType.UUID, TEXT, ValueType.UUID_LIST, ValueType.UUID_SET],
  [ValueType.TIME_UUID, TEXT, ValueType.TIME_UUID_LIST, ValueType.TIME_UUID_SET],
  [ValueType.DECIMAL, TEXT, ValueType.DECIMAL_LIST, ValueType.DECIMAL_SET],
];

/**
 * The members of `feast.types.Value` by field number, which is also the number of the type.
 *
 * Source: spec/values.md; `null_val` (19) is not here, it means no value.
 */
export const VALUE_MEMBERS: ReadonlyMap<number, MemberShape> = new Map<number, MemberShape>([
  ...FAMILIES.flatMap(([scalar, wire, ...collections]): [number, MemberShape][] => [
    [scalar, { kind: 'scalar', wire }],
    ...collections.map((type): [number, MemberShape] => [type, { kind: 'list', item: wire }]),
  ]),
  [ValueType.MAP, { kind: 'map' }],
  [ValueType.STRUCT, { kind: 'map' }],
  [ValueType.MAP_LIST, { kind: 'map_list' }],
  [ValueType.STRUCT_LIST, { kind: 'map_list' }],
  [ValueType.VALUE_LIST, { kind: 'values' }],
  [ValueType.VALUE_SET, { kind: 'values' }],
  [ValueType.SCALAR_MAP, { kind: 'scalar_map' }],
  [ValueType.ZONED_TIMESTAMP, { kind: 'zoned_timestamp' }],
]);

/** The members of the oneof of `feast.types.MapKey`: field number, type, wire. */
export const MAP_KEY_MEMBERS: readonly (readonly [field: number, type: ValueTypeNumber, wire: ScalarWire])[] =
  [
    [1, ValueType.INT32, INT32],
    [2, ValueType.INT64, INT64],
    [3, ValueType.FLOAT, FLOAT],
    [4, ValueType.DOUBLE, DOUBLE],
    [5, ValueType.BOOL, BOOL],
    [6, ValueType.UNIX_TIMESTAMP, INT64],
    [7, ValueType.BYTES, BYTES],
    [8, ValueType.UUID, TEXT],
    [9, ValueType.TIME_UUID, TEXT],
    [10, ValueType.DECIMAL, TEXT],
  ];
