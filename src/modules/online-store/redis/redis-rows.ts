import { microsOfSecond } from '../../../common/codec/timestamp.codec.js';
import type { WriteBatch } from '../../../common/model/write-batch.js';
import { type CommandWriter, encodeBulk } from './command-writer.js';
import { packedLength, packedNumbersLength, writePacked, writePackedNumbers } from './message-pack.js';
import { encodeRedisTime, redisField, redisKeys, redisTimeField } from './redis-row.codec.js';
import { NEWEST_ROW_SHA } from './redis-write-script.js';

const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1000;
/** Features that a script takes out of one argument: a call in a script takes a few thousand values at most. */
const FEATURES_PER_PIECE = 500;
/** In the words of a command: name and key. */
const HSET_WORDS = 2;
/** EVALSHA, name of the script, number of keys, key, field of the time, times. */
const SCRIPT_WORDS = 6;

/** Rows of one key, by their numbers in the batch. */
export interface KeyRows {
  readonly rows: readonly number[];
  /** The last that can be accepted, whatever is stored. */
  readonly best: number;
}

interface Field {
  readonly bulk: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * The rows of a batch, as commands.
 *
 * Errors: InvalidValueError for an event time outside of the years 0001 to 9999.
 */
export class RedisRows {
  private readonly keys: readonly Uint8Array[];
  private readonly times: readonly Uint8Array[];
  private readonly timeField: Field;
  private readonly fields: readonly Field[];
  private readonly hsetHead: Uint8Array;
  private readonly scriptHead: Uint8Array;

  constructor(private readonly batch: WriteBatch) {
    const { viewName, version, features } = batch;
    this.times = batch.eventTimesMicros.map(encodeRedisTime);
    this.keys = redisKeys(batch.keys, batch.project);
    this.timeField = asField(redisTimeField(viewName, version));
    this.fields = features.map((feature) => asField(redisField(viewName, version, feature)));
    this.hsetHead = commandHead(HSET_WORDS + 2 + 2 * features.length, ['HSET']);
    this.scriptHead = commandHead(SCRIPT_WORDS + this.pieces, ['EVALSHA', NEWEST_ROW_SHA, '1']);
  }

  get count(): number {
    return this.keys.length;
  }

  /** Of each key its rows, in the order of the first ones. */
  byKey(): KeyRows[] {
    const byKey = new Map<string, number[]>();
    this.keys.forEach((key, row) => {
      const text = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
      const rows = byKey.get(text);
      if (rows === undefined) byKey.set(text, [row]);
      else rows.push(row);
    });
    return Array.from(byKey.values(), (rows) => ({ rows, best: this.best(rows) }));
  }

  /** Stores a row, whatever is there. */
  writeHset(writer: CommandWriter, row: number): void {
    writer.raw(this.hsetHead);
    writeBulk(writer, this.keys[row]!);
    writer.raw(this.timeField.bulk);
    writeBulk(writer, this.times[row]!);
    this.fields.forEach(({ bulk }, feature) => {
      writer.raw(bulk);
      writeBulk(writer, this.batch.values[feature]!.at(row)!);
    });
  }

  /** `ttlSeconds` of the key of a row. */
  writeExpire(writer: CommandWriter, row: number, ttlSeconds: number): void {
    writer.command('EXPIRE', this.keys[row]!, String(ttlSeconds));
  }

  /** Calls the script for the rows of one key. `ttlSeconds` is 0 for none. */
  writeScriptCall(writer: CommandWriter, { rows, best }: KeyRows, ttlSeconds: number): void {
    writer.raw(this.scriptHead);
    writeBulk(writer, this.keys[best]!);
    writer.raw(this.timeField.bulk);
    const times = [ttlSeconds];
    for (const row of rows) addScriptTime(times, this.batch.eventTimesMicros[row]!);
    writer.bulkHeader(packedNumbersLength(times.length));
    writePackedNumbers(writer, times);
    writer.lineEnd();
    for (let piece = 0; piece < this.pieces; piece++) this.writePiece(writer, best, piece);
  }

  /** How many arguments the cells of a row make. */
  private get pieces(): number {
    return Math.max(1, Math.ceil(this.fields.length / FEATURES_PER_PIECE));
  }

  private writePiece(writer: CommandWriter, row: number, piece: number): void {
    const from = piece * FEATURES_PER_PIECE;
    const end = Math.min(this.fields.length, from + FEATURES_PER_PIECE);
    const names = piece === 0 ? [this.timeField.bytes] : [];
    const cells = piece === 0 ? [this.times[row]!] : [];
    for (let feature = from; feature < end; feature++) {
      names.push(this.fields[feature]!.bytes);
      cells.push(this.batch.values[feature]!.at(row)!);
    }
    let length = 0;
    for (let index = 0; index < cells.length; index++) {
      length += packedLength(names[index]!.length) + packedLength(cells[index]!.length);
    }
    writer.bulkHeader(length);
    for (let index = 0; index < cells.length; index++) {
      writePacked(writer, names[index]!);
      writePacked(writer, cells[index]!);
    }
    writer.lineEnd();
  }

  private best(rows: readonly number[]): number {
    const times = this.batch.eventTimesMicros;
    const newest = rows.reduce((best, row) => (times[row]! > times[best]! ? row : best));
    // Rows that are not after the epoch protect nothing: each replaces the one before.
    return times[newest]! > 0 ? newest : rows.at(-1)!;
  }
}

function asField(bytes: Uint8Array): Field {
  return { bytes, bulk: encodeBulk(bytes) };
}

function commandHead(length: number, words: readonly string[]): Uint8Array {
  return Buffer.concat([Buffer.from(`*${length}\r\n`), ...words.map(encodeBulk)]);
}

function writeBulk(writer: CommandWriter, bytes: Uint8Array): void {
  writer.bulkHeader(bytes.length);
  writer.raw(bytes);
  writer.lineEnd();
}

/** Adds seconds and nanoseconds after them. */
function addScriptTime(times: number[], micros: number): void {
  const fraction = microsOfSecond(micros);
  times.push((micros - fraction) / MICROS_PER_SECOND, fraction * NANOS_PER_MICRO);
}
