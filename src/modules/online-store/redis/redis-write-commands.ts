import type { WriteBatch } from '../../../common/model/write-batch.js';
import { encodeRedisTime, redisField, redisKeys, redisTimeField } from './redis-row.codec.js';

const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1000;

/** What is sent for one or more rows of one key. */
export interface RedisWrite {
  readonly key: Buffer;
  /** How many rows of the batch this stands for. */
  readonly rowCount: number;
  /** What follows the key. */
  readonly args: readonly (Buffer | string)[];
}

/**
 * The rows of a batch, ready to be sent.
 *
 * Errors: InvalidValueError for an event time outside of the years 0001 to 9999.
 */
export class RedisRows {
  private readonly keys: readonly Buffer[];
  private readonly times: readonly Buffer[];
  private readonly timeField: Buffer;
  private readonly fields: readonly Buffer[];

  constructor(private readonly batch: WriteBatch) {
    const { viewName, version } = batch;
    this.times = batch.eventTimesMicros.map((micros) => asBuffer(encodeRedisTime(micros)));
    this.keys = redisKeys(batch.keys, batch.project).map(asBuffer);
    this.timeField = asBuffer(redisTimeField(viewName, version));
    this.fields = batch.features.map((feature) => asBuffer(redisField(viewName, version, feature)));
  }

  /** One HSET for each row, in their order. */
  *inOrder(): Generator<RedisWrite> {
    for (let row = 0; row < this.keys.length; row++) {
      yield { key: this.keys[row]!, rowCount: 1, args: this.cells(row) };
    }
  }

  /** One call of the script for each key, in the order of their first rows. */
  *newestByKey(ttlSeconds: number): Generator<RedisWrite> {
    for (const rows of this.rowsByKey()) {
      const times = rows.flatMap((row) => scriptTime(this.batch.eventTimesMicros[row]!));
      const args = [String(ttlSeconds), String(rows.length), ...times, ...this.cells(this.rowToStore(rows))];
      yield { key: this.keys[rows[0]!]!, rowCount: rows.length, args };
    }
  }

  /** Of rows of one key, the last that can be accepted, whatever is stored. */
  private rowToStore(rows: readonly number[]): number {
    const times = this.batch.eventTimesMicros;
    const newest = rows.reduce((best, row) => (times[row]! > times[best]! ? row : best));
    // Rows that are not after the epoch protect nothing: each replaces the one before.
    return times[newest]! > 0 ? newest : rows.at(-1)!;
  }

  /** Fields and values of a row, the event time first. */
  private cells(row: number): Buffer[] {
    const cells = [this.timeField, this.times[row]!];
    this.fields.forEach((field, index) => cells.push(field, asBuffer(this.batch.values[index]![row]!)));
    return cells;
  }

  private rowsByKey(): Iterable<number[]> {
    const byKey = new Map<string, number[]>();
    this.keys.forEach((key, row) => {
      const text = key.toString('latin1');
      const rows = byKey.get(text);
      if (rows === undefined) byKey.set(text, [row]);
      else rows.push(row);
    });
    return byKey.values();
  }
}

/** Seconds and nanoseconds after them. */
function scriptTime(micros: number): [string, string] {
  const rest = micros % MICROS_PER_SECOND;
  const fraction = rest < 0 ? rest + MICROS_PER_SECOND : rest;
  return [String((micros - fraction) / MICROS_PER_SECOND), String(fraction * NANOS_PER_MICRO)];
}

/** The same memory; ioredis takes no other kind of bytes. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
