import { sqliteSecondsToMicros } from '../../../common/codec/timestamp.codec.js';
import { CorruptDataError } from '../../../common/errors/errors.js';
import type { CellSink } from '../online-store.js';

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const NOT_HEX = 0xff;

const HEX_DIGITS = Buffer.from('0123456789abcdef', 'latin1');
const NIBBLES = new Uint8Array(256).fill(NOT_HEX);
for (let nibble = 0; nibble < 16; nibble++) {
  NIBBLES['0123456789ABCDEF'.charCodeAt(nibble)] = nibble;
}

/** Larger scratch space is given back after use. */
const MAX_KEPT_BYTES = 1 << 20;
let keyText = Buffer.allocUnsafeSlow(1 << 14);

/**
 * The keys from `from` until `end` as the parameter of a read statement.
 *
 * Shape:   a JSON array of hexadecimal texts.
 */
export function encodeKeyList(keys: readonly Uint8Array[], from: number, end: number): string {
  let length = 2;
  for (let index = from; index < end; index++) length += 2 * keyAt(keys, index).length + 3;
  if (length > keyText.length) keyText = Buffer.allocUnsafeSlow(length);
  const text = keyText;
  let at = 0;
  text[at++] = OPEN_BRACKET;
  for (let index = from; index < end; index++) {
    if (index > from) text[at++] = COMMA;
    text[at++] = QUOTE;
    for (const byte of keyAt(keys, index)) {
      text[at++] = HEX_DIGITS[byte >> 4] as number;
      text[at++] = HEX_DIGITS[byte & 15] as number;
    }
    text[at++] = QUOTE;
  }
  text[at++] = CLOSE_BRACKET;
  if (text.length > MAX_KEPT_BYTES) keyText = Buffer.allocUnsafeSlow(1 << 14);
  return text.toString('latin1', 0, at);
}

function keyAt(keys: readonly Uint8Array[], index: number): Uint8Array {
  return keys[index] as Uint8Array;
}

/** A feature name as it stands in a record, and where its values go. */
interface KnownName {
  /** `"name":"` with JSON's escapes. */
  readonly bytes: Uint8Array;
  /** -1 for a feature that nobody asked for. */
  readonly field: number;
}

const MAX_KNOWN_NAMES = 4096;

/**
 * Reads what a read statement returns for one view, and reports it to a sink.
 *
 * Shape:   records without separators, each `row,seconds{"feature":"HEX",…}`: the place of the key in the list,
 *          the stored event time (or the name of its type when it is no integer), and the values in
 *          hexadecimal, where empty text stands for a null. The bytes are overwritten.
 * Units:   event times as `sqliteSecondsToMicros` takes them.
 * Errors:  CorruptDataError when an event time is no integer, or out of range.
 */
export class RowDecoder {
  /** Records, and features that nobody asked for with their bytes, since the last `resetCounts`. */
  records = 0;
  skippedCells = 0;
  skippedBytes = 0;

  private readonly fields = new Map<string, number>();
  /** The next field of the same name, or -1. */
  private readonly twins: Int32Array;
  private readonly knownNames = new Map<string, KnownName>();
  /** Rows of a view mostly hold the same features in the same order: what stood where in the row before. */
  private readonly layout: KnownName[] = [];

  private bytes: Uint8Array = new Uint8Array();
  private at = 0;
  private seconds = Number.NaN;
  private micros = 0;

  constructor(
    private readonly table: string,
    features: readonly string[],
  ) {
    this.twins = new Int32Array(features.length).fill(-1);
    for (let field = features.length - 1; field >= 0; field--) {
      const name = features[field] as string;
      this.twins[field] = this.fields.get(name) ?? -1;
      this.fields.set(name, field);
    }
  }

  /** `firstRow` is the number of the row whose key stood first in the list. */
  decode(bytes: Uint8Array, view: number, firstRow: number, sink: CellSink): void {
    this.bytes = bytes;
    this.at = 0;
    while (this.at < bytes.length) {
      const row = firstRow + this.readRowNumber();
      sink.row(view, row, this.readEventTime());
      this.readCells(view, row, sink);
      this.records++;
    }
  }

  resetCounts(): void {
    this.records = 0;
    this.skippedCells = 0;
    this.skippedBytes = 0;
  }

  private readRowNumber(): number {
    const { bytes } = this;
    let row = 0;
    let byte = bytes[this.at++] as number;
    while (byte >= DIGIT_0 && byte <= DIGIT_9) {
      row = row * 10 + (byte - DIGIT_0);
      byte = bytes[this.at++] as number;
    }
    return row;
  }

  private readEventTime(): number {
    const { bytes } = this;
    const start = this.at;
    const negative = bytes[start] === MINUS;
    let at = negative ? start + 1 : start;
    let seconds = 0;
    let byte = bytes[at++] as number;
    while (byte >= DIGIT_0 && byte <= DIGIT_9) {
      seconds = seconds * 10 + (byte - DIGIT_0);
      byte = bytes[at++] as number;
    }
    if (byte !== OPEN_BRACE) throw this.wrongEventTime(start);
    this.at = at;
    return this.toMicros(negative ? -seconds : seconds);
  }

  private toMicros(seconds: number): number {
    if (seconds !== this.seconds) {
      this.micros = sqliteSecondsToMicros(seconds);
      this.seconds = seconds;
    }
    return this.micros;
  }

  private wrongEventTime(start: number): CorruptDataError {
    const end = this.bytes.indexOf(OPEN_BRACE, start);
    const type = Buffer.from(this.bytes.subarray(start, end)).toString('latin1');
    return new CorruptDataError(
      `table ${this.table}: column event_ts holds a value of the type ${type} where an integer is expected`,
    );
  }

  private readCells(view: number, row: number, sink: CellSink): void {
    const { bytes, layout } = this;
    let position = 0;
    while (bytes[this.at] === QUOTE) {
      const expected = layout[position];
      const name = expected && this.matches(expected.bytes) ? expected : this.readName();
      layout[position++] = name;
      this.at += name.bytes.length;
      const start = this.at;
      if (name.field < 0) {
        this.skipValue();
      } else {
        const end = this.readValue();
        sink.cell(view, name.field, row, bytes, start, end);
        const twin = this.twins[name.field] as number;
        if (twin >= 0) this.reportTwins(twin, { view, row, start, end }, sink);
      }
      // The closing quote of the value, then a comma or the closing brace.
      this.at += 2;
    }
    // A record without any cell still has its closing brace.
    if (position === 0) this.at++;
  }

  private matches(name: Uint8Array): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < name.length; index++) {
      if (bytes[at + index] !== name[index]) return false;
    }
    return true;
  }

  private readName(): KnownName {
    const { bytes, at } = this;
    let end = at + 1;
    while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
    // The quote that ends the name, the colon, the quote that begins the value.
    const raw = Buffer.from(bytes.subarray(at, end + 3));
    const key = raw.toString('latin1');
    const known = this.knownNames.get(key);
    if (known) return known;
    const name: unknown = JSON.parse(raw.toString('utf8', 0, raw.length - 2));
    const field = typeof name === 'string' ? this.fields.get(name) : undefined;
    const learned = { bytes: raw, field: field ?? -1 };
    if (this.knownNames.size < MAX_KNOWN_NAMES) this.knownNames.set(key, learned);
    return learned;
  }

  /** Decodes in place: the bytes take half the room of their digits. Returns where they end. */
  private readValue(): number {
    const { bytes } = this;
    let { at } = this;
    let end = at;
    let high = NIBBLES[bytes[at] as number] as number;
    while (high < 16) {
      bytes[end++] = (high << 4) | (NIBBLES[bytes[at + 1] as number] as number);
      at += 2;
      high = NIBBLES[bytes[at] as number] as number;
    }
    this.at = at;
    return end;
  }

  private skipValue(): void {
    const quote = this.bytes.indexOf(QUOTE, this.at);
    const end = quote < 0 ? this.bytes.length : quote;
    this.skippedCells++;
    this.skippedBytes += end - this.at;
    this.at = end;
  }

  private reportTwins(first: number, cell: CellRange, sink: CellSink): void {
    for (let field = first; field >= 0; field = this.twins[field] as number) {
      sink.cell(cell.view, field, cell.row, this.bytes, cell.start, cell.end);
    }
  }
}

interface CellRange {
  readonly view: number;
  readonly row: number;
  readonly start: number;
  readonly end: number;
}
