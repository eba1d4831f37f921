import type { JsonWriter } from './json-writer.js';
import { MAX_NESTING, WireReader, WireType } from './protobuf-wire.js';
import { writeScalarJson, writeScalarListJson } from './scalar-json.js';
import { BOOL, LIST, MAP, MAP_LIST, NULL, VALUES, ZONED, damagedValue, formOf } from './value-form.js';
import { writeZonedTimestamp } from './zoned-timestamp.js';

/** Lists and maps hold their items in this field. */
const ITEMS_TAG = (1 << 3) | WireType.LENGTH;
const ENTRY_KEY_TAG = (1 << 3) | WireType.LENGTH;
const ENTRY_VALUE_TAG = (2 << 3) | WireType.LENGTH;
const ZONED_SECONDS_TAG = (1 << 3) | WireType.VARINT;
const ZONED_ZONE_TAG = (2 << 3) | WireType.LENGTH;
const TWO_32 = 2 ** 32;
const INT64_MIN_HIGH = -(2 ** 31);

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;

/** Where a submessage lies, in pieces when it was stored in pieces: start, end, start, end, … */
type Pieces = number[];

class ValueReader extends WireReader {
  /** Messages around the current one. */
  depth = 0;

  enter(messages: number): void {
    this.depth += messages;
    if (this.depth > MAX_NESTING) throw damagedValue('nested too deeply');
  }
}

const reader = new ValueReader();

/**
 * Writes the JSON text of one stored `feast.types.Value`, the bytes `start` to `end`, as Feast's server prints it.
 *
 * Shape:   no bytes are `null`. NaN and the infinities, for which Feast fails the request, are `null` too, also in
 *          lists. Of several members the last one counts, of repeated map keys as well; unknown fields are passed
 *          over. Map members keep the stored order. Scalar maps are `null`, as in Feast.
 * Returns: how many numbers became `null` because they were not finite.
 * Errors:  CorruptDataError for bytes that are no Value; part of the text may then be written, so that the caller
 *          has to `truncate`.
 * Source:  spec/values.md part 4; checked against value-json-vectors.json.
 */
export function writeValueJson(out: JsonWriter, bytes: Uint8Array, start: number, end: number): number {
  reader.reset(bytes, start, end);
  reader.depth = 0;
  return writeValue(out);
}

/** The Value that fills the reader's range. */
function writeValue(out: JsonWriter): number {
  const start = reader.pos;
  if (start === reader.end) return writeNull(out);
  const tag = reader.tag();
  const form = formOf(tag);
  if (form !== 0 && form <= BOOL) {
    const before = out.length;
    const nonFinite = writeScalarJson(out, reader, form);
    if (reader.pos === reader.end) return nonFinite;
    out.truncate(before);
  } else {
    const payload = reader.pos;
    reader.skip(tag);
    if (form !== 0 && reader.pos === reader.end) {
      reader.pos = payload;
      return writeMember(out, form);
    }
  }
  reader.pos = start;
  return writeLastMember(out);
}

/** The rare Value with unknown or several fields. A message that is stored in pieces is one message. */
function writeLastMember(out: JsonWriter): number {
  let last = 0;
  let pieces: Pieces = [];
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    const start = reader.pos;
    const known = formOf(tag) !== 0;
    reader.skip(tag);
    if (!known) continue;
    if (tag !== last) pieces = [];
    last = tag;
    pieces.push(start, reader.pos);
  }
  if (last === 0) return writeNull(out);
  const form = formOf(last);
  if (form > NULL) return inPieces(pieces.map(withoutLength), () => writeMessage(out, form));
  reader.pos = pieces[pieces.length - 2]!;
  reader.end = pieces[pieces.length - 1]!;
  return writeMember(out, form);
}

/** Moves the start of a length-delimited payload behind the length. */
function withoutLength(at: number, index: number): number {
  if (index % 2 === 1) return at;
  reader.pos = at;
  reader.payloadEnd();
  return reader.pos;
}

/** Runs `write` over a range, or over the pieces put together. */
function inPieces(pieces: Pieces, write: () => number): number {
  const { bytes, end } = reader;
  if (pieces.length === 2) reader.reset(bytes, pieces[0]!, pieces[1]!);
  else {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < pieces.length; i += 2) parts.push(bytes.subarray(pieces[i], pieces[i + 1]));
    const whole = Buffer.concat(parts);
    reader.reset(whole, 0, whole.length);
  }
  const nonFinite = write();
  reader.reset(bytes, end, end);
  return nonFinite;
}

/** The reader is behind the tag of the member. */
function writeMember(out: JsonWriter, form: number): number {
  if (form <= BOOL) return writeScalarJson(out, reader, form);
  if (form === NULL) return writeNull(out);
  reader.end = reader.payloadEnd();
  return writeMessage(out, form);
}

/** A member that is a message, which fills the reader's range. */
function writeMessage(out: JsonWriter, form: number): number {
  reader.enter(1);
  const nonFinite = form > LIST ? writeScalarListJson(out, reader, form - LIST) : writeComposite(out, form);
  reader.depth--;
  return nonFinite;
}

function writeComposite(out: JsonWriter, form: number): number {
  switch (form) {
    case MAP:
      return writeMap(out);
    case MAP_LIST:
    case VALUES:
      return writeMessages(out, form);
    case ZONED:
      return writeZoned(out);
    default:
      return writeNull(out);
  }
}

function writeNull(out: JsonWriter): number {
  out.ascii('null');
  return 0;
}

/** Maps or Values, one after the other. */
function writeMessages(out: JsonWriter, form: number): number {
  const end = reader.end;
  const start = out.length + 1;
  let nonFinite = 0;
  out.byte(OPEN_LIST);
  reader.enter(1);
  while (reader.pos < end) {
    if (!isNextField(ITEMS_TAG)) continue;
    if (out.length > start) out.byte(COMMA);
    const itemEnd = reader.payloadEnd();
    reader.end = itemEnd;
    nonFinite += form === VALUES ? writeValue(out) : writeMap(out);
    reader.pos = itemEnd;
    reader.end = end;
  }
  reader.depth--;
  out.byte(CLOSE_LIST);
  return nonFinite;
}

/** Reads a tag: true when it is the wanted one; another field is passed over. */
function isNextField(wanted: number): boolean {
  const tag = reader.tag();
  if (tag === wanted) return true;
  if (tag >>> 3 === wanted >>> 3)
    throw damagedValue(`field ${tag >>> 3} of a message has wire type ${tag & 7}`);
  reader.skip(tag);
  return false;
}

function writeMap(out: JsonWriter): number {
  const entries = readEntries();
  const start = out.length + 1;
  let nonFinite = 0;
  out.byte(OPEN_MAP);
  // A message for the entry, and one for its Value.
  reader.enter(2);
  for (const [key, value] of entries) {
    if (out.length > start) out.byte(COMMA);
    out.string(key);
    out.byte(COLON);
    nonFinite += value.length === 0 ? writeNull(out) : inPieces(value, () => writeValue(out));
  }
  reader.depth -= 2;
  out.byte(CLOSE_MAP);
  return nonFinite;
}

/** Key → where its Value lies; the last entry of a key counts. */
function readEntries(): Map<string, Pieces> {
  const entries = new Map<string, Pieces>();
  const end = reader.end;
  while (reader.pos < end) {
    if (!isNextField(ITEMS_TAG)) continue;
    reader.end = reader.payloadEnd();
    readEntry(entries);
    reader.end = end;
  }
  return entries;
}

function readEntry(entries: Map<string, Pieces>): void {
  let key = '';
  const value: Pieces = [];
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === ENTRY_KEY_TAG) key = reader.string();
    else if (tag === ENTRY_VALUE_TAG) {
      const valueEnd = reader.payloadEnd();
      value.push(reader.pos, valueEnd);
      reader.pos = valueEnd;
    } else if (tag >>> 3 <= 2) throw damagedValue(`a map entry has wire type ${tag & 7}`);
    else reader.skip(tag);
  }
  entries.set(key, value);
}

function writeZoned(out: JsonWriter): number {
  let low = 0;
  let high = 0;
  let zone = '';
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === ZONED_SECONDS_TAG) {
      reader.varint64();
      low = reader.low;
      high = reader.high;
    } else if (tag === ZONED_ZONE_TAG) zone = reader.string();
    else if (tag >>> 3 <= 2) throw damagedValue(`a zoned timestamp has wire type ${tag & 7}`);
    else reader.skip(tag);
  }
  if (low === 0 && high === INT64_MIN_HIGH) return writeNull(out);
  writeZonedTimestamp(out, high * TWO_32 + (low >>> 0), zone);
  return 0;
}
