import { CorruptDataError, InvalidValueError } from '../errors/errors.js';
import { ValueType, type FeatureMap, type FeaturePayload, type FeatureScalar } from '../model/value.js';
import type { FeatureValue, ValueTypeNumber, ZonedTimestamp } from '../model/value.js';
import { MAX_NESTING, WireReader, WireType, WireWriter } from './protobuf-wire.js';
import { MAP_KEY_MEMBERS, VALUE_MEMBERS, type MemberShape, type ScalarWire } from './value-member.js';

/** The one field of lists, maps and map lists. */
const ITEMS = 1;

const writer = new WireWriter(1024);
/** One for all: reading calls nobody who would read another value meanwhile. */
const reader = new WireReader();

/**
 * A feature value as the bytes of `feast.types.Value`, equal to what Python writes.
 *
 * Shape:  null is no bytes at all; members of the oneof are written even when they hold a default; numbers in
 *         lists are packed; map entries keep the order of the map.
 * Units:  unix_timestamp and zoned_timestamp in seconds.
 * Errors: InvalidValueError for a type that has no member. The payload must be what FeatureValue says for the type.
 * Source: spec/values.md; checked against value-input-vectors.json.
 */
export function encodeValue(value: FeatureValue): Uint8Array {
  writer.reset();
  writeValue(writer, value);
  return writer.toBytes();
}

/** The bytes of `encodeValue`, added to those of a writer. Errors: as there. */
export function writeValue(out: WireWriter, value: FeatureValue): void {
  if (value === null) return;
  payloadWriter(value.type)(out, value.value);
}

type PayloadWriter = (out: WireWriter, payload: FeaturePayload) => void;

/** `writeValue` for many values of one type, none of them null. Errors: as there. */
export function payloadWriter(type: ValueTypeNumber): PayloadWriter {
  const write = PAYLOAD_WRITERS.get(type);
  if (write === undefined) throw new InvalidValueError(`a value of type number ${type} cannot be stored`);
  return write;
}

const PAYLOAD_WRITERS: ReadonlyMap<number, PayloadWriter> = new Map(
  [...VALUE_MEMBERS].map(([type, shape]) => [type, memberWriter(type, shape)]),
);

function memberWriter(type: number, shape: MemberShape): PayloadWriter {
  if (shape.kind === 'scalar') {
    const { wire } = shape;
    return (out, payload) => {
      out.tag(type, wire.wireType);
      wire.write(out, payload as FeatureScalar);
    };
  }
  return (out, payload) =>
    out.lengthDelimited(type, () => {
      if (shape.kind === 'list') writeItems(out, shape.item, payload as readonly FeatureScalar[]);
      else writeComposite(out, shape.kind, payload);
    });
}

function writeItems(out: WireWriter, item: ScalarWire, values: readonly FeatureScalar[]): void {
  if (values.length === 0) return;
  if (item.wireType === WireType.LENGTH) {
    for (const value of values) {
      out.tag(ITEMS, WireType.LENGTH);
      item.write(out, value);
    }
    return;
  }
  out.lengthDelimited(ITEMS, () => {
    for (const value of values) item.write(out, value);
  });
}

type CompositeKind = 'map' | 'map_list' | 'values' | 'scalar_map' | 'zoned_timestamp';

function writeComposite(out: WireWriter, kind: CompositeKind, payload: FeaturePayload): void {
  switch (kind) {
    case 'map':
      return writeMap(out, payload as FeatureMap);
    case 'map_list':
      for (const map of payload as readonly FeatureMap[])
        out.lengthDelimited(ITEMS, () => writeMap(out, map));
      return;
    case 'values':
      for (const value of payload as readonly FeatureValue[])
        out.lengthDelimited(ITEMS, () => writeValue(out, value));
      return;
    case 'scalar_map':
      for (const entry of payload as readonly (readonly [FeatureValue, FeatureValue])[]) {
        out.lengthDelimited(ITEMS, () => writeScalarMapEntry(out, entry));
      }
      return;
    case 'zoned_timestamp':
      return writeZonedTimestamp(out, payload as ZonedTimestamp);
  }
}

function writeMap(out: WireWriter, map: FeatureMap): void {
  for (const [key, value] of map) {
    out.lengthDelimited(ITEMS, () => {
      out.tag(1, WireType.LENGTH);
      out.string(key);
      out.lengthDelimited(2, () => writeValue(out, value));
    });
  }
}

function writeScalarMapEntry(out: WireWriter, [key, value]: readonly [FeatureValue, FeatureValue]): void {
  out.lengthDelimited(1, () => {
    if (key === null) return;
    const member = MAP_KEY_MEMBERS.find(([, type]) => type === key.type);
    if (member === undefined)
      throw new InvalidValueError(`a value of type number ${key.type} cannot be a map key`);
    const [field, , wire] = member;
    out.tag(field, wire.wireType);
    wire.write(out, key.value as FeatureScalar);
  });
  out.lengthDelimited(2, () => writeValue(out, value));
}

/** Not members of a oneof: defaults are left out. */
function writeZonedTimestamp(out: WireWriter, { seconds, zone }: ZonedTimestamp): void {
  if (seconds !== 0) {
    out.tag(1, WireType.VARINT);
    out.varint64(seconds);
  }
  if (zone !== '') {
    out.tag(2, WireType.LENGTH);
    out.string(zone);
  }
}

/**
 * The feature value in `bytes[start..end)`.
 *
 * Shape:  no bytes, and the member `null_val`, are null. Of several members the last one counts. Unknown fields are
 *         passed over. Bytes of the result are copies.
 * Units:  unix_timestamp and zoned_timestamp in seconds.
 * Errors: CorruptDataError for anything that is not a `feast.types.Value`.
 * Source: spec/values.md.
 */
export function decodeValue(bytes: Uint8Array, start = 0, end = bytes.length): FeatureValue {
  reader.reset(bytes, start, end);
  return readValue(reader, 0);
}

function readValue(reader: WireReader, depth: number): FeatureValue {
  let value: FeatureValue = null;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    const type = (tag >>> 3) as ValueTypeNumber;
    const shape = VALUE_MEMBERS.get(type);
    if (shape !== undefined && (tag & 7) === wireTypeOf(shape)) {
      value = { type, value: readMember(reader, shape, depth) };
    } else {
      if (type === ValueType.NULL) value = null;
      reader.skip(tag);
    }
  }
  return value;
}

function wireTypeOf(shape: MemberShape): number {
  return shape.kind === 'scalar' ? shape.wire.wireType : WireType.LENGTH;
}

function readMember(reader: WireReader, shape: MemberShape, depth: number): FeaturePayload {
  if (shape.kind === 'scalar') return shape.wire.read(reader);
  return inside(reader, depth, (): FeaturePayload => {
    switch (shape.kind) {
      case 'list':
        return readItems(reader, shape.item);
      case 'map':
        return readMap(reader, depth + 1);
      case 'map_list':
        return readRepeated(reader, depth + 1, (level) => readMap(reader, level));
      case 'values':
        return readRepeated(reader, depth + 1, (level) => readValue(reader, level));
      case 'scalar_map':
        return readRepeated(reader, depth + 1, (level) => readScalarMapEntry(reader, level));
      case 'zoned_timestamp':
        return readZonedTimestamp(reader);
    }
  });
}

/** Narrows the reader to the submessage that begins here, and puts it behind afterwards. */
function inside<T>(reader: WireReader, depth: number, read: () => T): T {
  if (depth >= MAX_NESTING)
    throw new CorruptDataError('stored protobuf bytes are damaged: nested too deeply');
  const outerEnd = reader.end;
  reader.end = reader.payloadEnd();
  const result = read();
  reader.end = outerEnd;
  return result;
}

function readItems(reader: WireReader, item: ScalarWire): FeatureScalar[] {
  const items: FeatureScalar[] = [];
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag >>> 3 !== 1) reader.skip(tag);
    else if ((tag & 7) === item.wireType) items.push(item.read(reader));
    else if ((tag & 7) === WireType.LENGTH) readPacked(reader, item, items);
    else reader.skip(tag);
  }
  return items;
}

function readPacked(reader: WireReader, item: ScalarWire, items: FeatureScalar[]): void {
  const outerEnd = reader.end;
  reader.end = reader.payloadEnd();
  while (reader.pos < reader.end) items.push(item.read(reader));
  reader.end = outerEnd;
}

/** The submessages of field 1. */
function readRepeated<T>(reader: WireReader, depth: number, read: (depth: number) => T): T[] {
  const items: T[] = [];
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | WireType.LENGTH)) items.push(inside(reader, depth, () => read(depth + 1)));
    else reader.skip(tag);
  }
  return items;
}

function readMap(reader: WireReader, depth: number): FeatureMap {
  return new Map(readRepeated(reader, depth, (level) => readMapEntry(reader, level)));
}

function readMapEntry(reader: WireReader, depth: number): [string, FeatureValue] {
  let key = '';
  let value: FeatureValue = null;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | WireType.LENGTH)) key = reader.string();
    else if (tag === ((2 << 3) | WireType.LENGTH))
      value = inside(reader, depth, () => readValue(reader, depth + 1));
    else reader.skip(tag);
  }
  return [key, value];
}

function readScalarMapEntry(reader: WireReader, depth: number): [FeatureValue, FeatureValue] {
  let key: FeatureValue = null;
  let value: FeatureValue = null;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | WireType.LENGTH)) key = inside(reader, depth, () => readMapKey(reader));
    else if (tag === ((2 << 3) | WireType.LENGTH))
      value = inside(reader, depth, () => readValue(reader, depth + 1));
    else reader.skip(tag);
  }
  return [key, value];
}

function readMapKey(reader: WireReader): FeatureValue {
  let key: FeatureValue = null;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    const member = MAP_KEY_MEMBERS.find(([field, , wire]) => tag === ((field << 3) | wire.wireType));
    if (member === undefined) reader.skip(tag);
    else key = { type: member[1], value: member[2].read(reader) };
  }
  return key;
}

function readZonedTimestamp(reader: WireReader): ZonedTimestamp {
  let seconds: number | bigint = 0;
  let zone = '';
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | WireType.VARINT)) seconds = reader.int64();
    else if (tag === ((2 << 3) | WireType.LENGTH)) zone = reader.string();
    else reader.skip(tag);
  }
  return { seconds, zone };
}
