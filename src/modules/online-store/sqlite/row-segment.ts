import type { CellSink } from '../online-store.js';

/** What was reported of one row of a view. */
export interface ReportedRow {
  /** NaN: there is no such row. */
  readonly eventTimeMicros: number;
  /** Of field `f` the bytes from `ranges[2 * f]` until `ranges[2 * f + 1]`; a start of -1: no such cell. */
  readonly ranges: Int32Array;
  readonly bytes: Uint8Array;
  /** Of all cells. */
  readonly cellBytes: number;
}

/** What is looked up: a row of a view. */
export interface RowKey {
  readonly view: number;
  /** Of the bytes. */
  readonly hash: number;
  readonly bytes: Uint8Array;
}

const FIRST_BYTES = 1 << 14;
const FIRST_SLOTS = 1 << 8;
const WORD_BYTES = 4;
/** Of the memory: enough for records of 64 bytes. */
const SLOT_SHARE = 1 / 8;

/** A record: hash, view, bytes of the key, event time in two words, the length of each cell or -1; then key and cells. */
const HASH = 0;
const VIEW = 1;
const KEY_BYTES = 2;
const TIME = 3;
const LENGTHS = 5;

const timeFloat = new Float64Array(1);
const timeWords = new Int32Array(timeFloat.buffer);

/**
 * Rows by view and key, added until there is no more room, and forgotten all at once. Two typed arrays hold everything:
 * nothing here is an object that the garbage collector has to visit.
 */
export class RowSegment {
  private words = new Int32Array(FIRST_BYTES / WORD_BYTES);
  /** The same memory: cells are reported as ranges of it. */
  private bytes = new Uint8Array(this.words.buffer);
  private usedWords = 0;
  /** Open addressing: the word where a record begins, plus one; 0 for none. */
  private slots = new Int32Array(FIRST_SLOTS);
  private records = 0;

  private readonly maxWords: number;
  private readonly maxSlots: number;

  constructor(maxBytes: number) {
    this.maxSlots = Math.floor((maxBytes * SLOT_SHARE) / WORD_BYTES);
    this.maxWords = Math.floor((maxBytes * (1 - SLOT_SHARE)) / WORD_BYTES);
  }

  /** Of memory that is held, used or not. */
  get heldBytes(): number {
    return this.bytes.length + WORD_BYTES * this.slots.length;
  }

  clear(): void {
    if (this.records === 0) return;
    this.slots.fill(0);
    this.usedWords = 0;
    this.records = 0;
  }

  /** The place of a row, for `report`; -1 when it is not here. */
  find({ view, hash, bytes: key }: RowKey): number {
    const { slots, words } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = (slots[slot] as number) - 1;
      if (at < 0) return -1;
      if (words[at + HASH] === hash && words[at + VIEW] === view && this.hasKey(at, key)) return at;
    }
  }

  /** Reports the row at a place to a sink, as row `to.row` of its view `to.view`: nothing when there is no such row. */
  report(at: number, to: { readonly view: number; readonly row: number }, sink: CellSink): void {
    const { words, bytes } = this;
    timeWords[0] = words[at + TIME] as number;
    timeWords[1] = words[at + TIME + 1] as number;
    const eventTimeMicros = timeFloat[0] as number;
    if (Number.isNaN(eventTimeMicros)) return;
    const { view, row } = to;
    sink.row(view, row, eventTimeMicros);
    const lengths = at + LENGTHS;
    const fields = words[lengths] as number;
    let start = (lengths + 1 + fields) * WORD_BYTES + (words[at + KEY_BYTES] as number);
    for (let field = 0; field < fields; field++) {
      const length = words[lengths + 1 + field] as number;
      if (length < 0) continue;
      sink.cell(view, field, row, bytes, start, start + length);
      start += length;
    }
  }

  /** Keeps a row that is not here yet. Returns false when there is no room for it. */
  add({ view, hash, bytes: key }: RowKey, row: ReportedRow): boolean {
    const fields = row.ranges.length / 2;
    const at = this.usedWords;
    const end = at + LENGTHS + 1 + fields + Math.ceil((key.length + row.cellBytes) / WORD_BYTES);
    if (!this.makeRoom(end)) return false;
    const { words } = this;
    words[at + HASH] = hash;
    words[at + VIEW] = view;
    words[at + KEY_BYTES] = key.length;
    timeFloat[0] = row.eventTimeMicros;
    words[at + TIME] = timeWords[0] as number;
    words[at + TIME + 1] = timeWords[1] as number;
    words[at + LENGTHS] = fields;
    this.writeContent(at + LENGTHS + 1, key, row);
    this.usedWords = end;
    this.records++;
    this.enter(at);
    return true;
  }

  private writeContent(lengths: number, key: Uint8Array, { ranges, bytes: from }: ReportedRow): void {
    const { words, bytes } = this;
    const fields = ranges.length / 2;
    let to = (lengths + fields) * WORD_BYTES;
    for (const byte of key) bytes[to++] = byte;
    for (let field = 0; field < fields; field++) {
      const start = ranges[2 * field] as number;
      const end = ranges[2 * field + 1] as number;
      words[lengths + field] = start < 0 ? -1 : end - start;
      for (let at = start; at >= 0 && at < end; at++) bytes[to++] = from[at] as number;
    }
  }

  private hasKey(at: number, key: Uint8Array): boolean {
    const { words, bytes } = this;
    if (words[at + KEY_BYTES] !== key.length) return false;
    const start = (at + LENGTHS + 1 + (words[at + LENGTHS] as number)) * WORD_BYTES;
    for (let index = 0; index < key.length; index++) {
      if (bytes[start + index] !== key[index]) return false;
    }
    return true;
  }

  /** For records until `endWord`, and one record more. */
  private makeRoom(endWord: number): boolean {
    const { records, maxWords, maxSlots } = this;
    const slots = 2 * (records + 1) > this.slots.length ? 2 * this.slots.length : this.slots.length;
    if (endWord > maxWords || slots > maxSlots) return false;
    if (slots > this.slots.length) this.spread(slots);
    if (endWord > this.words.length) this.grow(Math.min(maxWords, Math.max(endWord, 2 * this.words.length)));
    return true;
  }

  private grow(words: number): void {
    const grown = new Int32Array(words);
    grown.set(this.words.subarray(0, this.usedWords));
    this.words = grown;
    this.bytes = new Uint8Array(grown.buffer);
  }

  private spread(count: number): void {
    const places = this.slots.filter((place) => place > 0);
    this.slots = new Int32Array(count);
    for (const place of places) this.enter(place - 1);
  }

  private enter(at: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = (this.words[at + HASH] as number) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = at + 1;
  }
}
