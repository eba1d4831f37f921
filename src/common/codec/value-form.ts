import { CorruptDataError } from '../errors/errors.js';
import { ValueType } from '../model/value.js';
import { WireType } from './protobuf-wire.js';

/**
 * How a member of `feast.types.Value` lies in the bytes, as small numbers for the hot path. Up to `BOOL` they are
 * scalars; `LIST` plus one of those is a list or set of such scalars.
 */
export const BYTES = 1;
export const STRING = 2;
export const INT32 = 3;
export const INT64 = 4;
export const DOUBLE = 5;
export const FLOAT = 6;
export const BOOL = 7;
export const NULL = 8;
export const MAP = 9;
export const MAP_LIST = 10;
export const VALUES = 11;
export const SCALAR_MAP = 12;
export const ZONED = 13;
export const LIST = 16;

/** Field numbers of Value are the numbers of the value types; the first seven are forms as well. */
const FIELDS: readonly (readonly [form: number, ...fields: number[]])[] = [
  [BYTES, ValueType.BYTES],
  [STRING, ValueType.STRING, ValueType.JSON, ValueType.UUID, ValueType.TIME_UUID, ValueType.DECIMAL],
  [INT32, ValueType.INT32],
  [INT64, ValueType.INT64, ValueType.UNIX_TIMESTAMP],
  [DOUBLE, ValueType.DOUBLE],
  [FLOAT, ValueType.FLOAT],
  [BOOL, ValueType.BOOL],
  [NULL, ValueType.NULL],
  [MAP, ValueType.MAP, ValueType.STRUCT],
  [MAP_LIST, ValueType.MAP_LIST, ValueType.STRUCT_LIST],
  [VALUES, ValueType.VALUE_LIST, ValueType.VALUE_SET],
  [SCALAR_MAP, ValueType.SCALAR_MAP],
  [ZONED, ValueType.ZONED_TIMESTAMP],
  [LIST + BYTES, ValueType.BYTES_LIST, ValueType.BYTES_SET],
  [LIST + STRING, ValueType.STRING_LIST, ValueType.STRING_SET, ValueType.JSON_LIST],
  [LIST + STRING, ValueType.UUID_LIST, ValueType.UUID_SET, ValueType.TIME_UUID_LIST, ValueType.TIME_UUID_SET],
  [LIST + STRING, ValueType.DECIMAL_LIST, ValueType.DECIMAL_SET],
  [LIST + INT32, ValueType.INT32_LIST, ValueType.INT32_SET],
  [LIST + INT64, ValueType.INT64_LIST, ValueType.INT64_SET],
  [LIST + INT64, ValueType.UNIX_TIMESTAMP_LIST, ValueType.UNIX_TIMESTAMP_SET],
  [LIST + DOUBLE, ValueType.DOUBLE_LIST, ValueType.DOUBLE_SET],
  [LIST + FLOAT, ValueType.FLOAT_LIST, ValueType.FLOAT_SET],
  [LIST + BOOL, ValueType.BOOL_LIST, ValueType.BOOL_SET],
];

/** Field number → form; 0 is a field that Value does not have. */
const FORMS = new Uint8Array(64);
for (const [form, ...fields] of FIELDS) for (const field of fields) FORMS[field] = form;

/** Form → wire type. */
export const WIRE_TYPES: Readonly<Uint8Array> = makeWireTypes();

function makeWireTypes(): Uint8Array {
  const types = new Uint8Array(2 * LIST).fill(WireType.LENGTH);
  for (const form of [INT32, INT64, BOOL, NULL]) types[form] = WireType.VARINT;
  types[DOUBLE] = WireType.FIXED64;
  types[FLOAT] = WireType.FIXED32;
  return types;
}

/** The form of the member with this tag; 0 when Value has no such field. Errors: CorruptDataError, wrong wire type. */
export function formOf(tag: number): number {
  const field = tag >>> 3;
  const form = field < FORMS.length ? FORMS[field]! : 0;
  if (form !== 0 && (tag & 7) !== WIRE_TYPES[form])
    throw damagedValue(`field ${field} has wire type ${tag & 7}`);
  return form;
}

export function damagedValue(what: string): CorruptDataError {
  return new CorruptDataError(`a stored feature value is damaged: ${what}`);
}
