import type { JsonWriter } from './json-writer.js';
import { WireType, type WireReader } from './protobuf-wire.js';
import { BOOL, DOUBLE, FLOAT, INT32, INT64, STRING, WIRE_TYPES, damagedValue } from './value-form.js';

const ITEMS = 1;
const PACKED_TAG = (ITEMS << 3) | WireType.LENGTH;

const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/**
 * Writes one scalar, the payload at the reader's position, and moves the reader behind it.
 *
 * Shape:   `form` is one of the scalars of `value-form.ts`.
 * Returns: 1 when a number was not finite and became `null`, else 0.
 * Errors:  CorruptDataError.
 * Source:  spec/values.md part 4.
 */
export function writeScalarJson(out: JsonWriter, reader: WireReader, form: number): number {
  switch (form) {
    case INT64:
      reader.varint64();
      out.int64(reader.low, reader.high);
      return 0;
    case DOUBLE:
      return writeFloat(out, reader.double());
    case FLOAT:
      return writeFloat(out, reader.float());
    case INT32:
      out.integer(reader.int32());
      return 0;
    case BOOL:
      out.ascii(reader.bool() ? 'true' : 'false');
      return 0;
    default:
      return writeText(out, reader, form);
  }
}

function writeFloat(out: JsonWriter, value: number): number {
  // Only NaN and the infinities are not 0 when taken from themselves.
  if (value - value === 0) {
    out.float(value);
    return 0;
  }
  out.ascii('null');
  return 1;
}

function writeText(out: JsonWriter, reader: WireReader, form: number): number {
  const end = reader.payloadEnd();
  if (form === STRING) out.utf8String(reader.bytes, reader.pos, end);
  else out.base64(reader.bytes, reader.pos, end);
  reader.pos = end;
  return 0;
}

/**
 * Writes the list or set message that fills the reader's range; numbers in it are packed, or have a tag each.
 *
 * Shape:   `form` is that of the items.
 * Returns: how many numbers became `null`.
 * Errors:  CorruptDataError.
 */
export function writeScalarListJson(out: JsonWriter, reader: WireReader, form: number): number {
  const start = out.length + 1;
  let nonFinite = 0;
  out.byte(OPEN_LIST);
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag >>> 3 !== ITEMS) {
      reader.skip(tag);
    } else if ((tag & 7) === WIRE_TYPES[form]) {
      if (out.length > start) out.byte(COMMA);
      nonFinite += writeScalarJson(out, reader, form);
    } else if (tag === PACKED_TAG) {
      nonFinite += writePacked(out, reader, form, out.length === start);
    } else throw damagedValue(`an item of a list has wire type ${tag & 7}`);
  }
  out.byte(CLOSE_LIST);
  return nonFinite;
}

function writePacked(out: JsonWriter, reader: WireReader, form: number, first: boolean): number {
  const outerEnd = reader.end;
  reader.end = reader.payloadEnd();
  let nonFinite = 0;
  for (let comma = !first; reader.pos < reader.end; comma = true) {
    if (comma) out.byte(COMMA);
    nonFinite += writeScalarJson(out, reader, form);
  }
  reader.end = outerEnd;
  return nonFinite;
}
