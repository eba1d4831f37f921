import { microsToSqliteSeconds } from '../../../common/codec/timestamp.codec.js';
import type { WriteBatch } from '../../../common/model/write-batch.js';
import { tableName } from './sqlite-names.js';

/** The rows of a batch that have one key. */
export interface KeyedRows {
  /** All of them, in their order. */
  readonly rows: number[];
  /** The one that is stored, if any: by the policy no other can be what is left. */
  readonly best: number;
}

/**
 * A batch, ready to be stored.
 *
 * Errors: InvalidValueError for an event or created time outside of the years 0001 to 9999.
 */
export class SqliteBatch {
  readonly table: string;
  /** Of each row, as SQLite keeps them. */
  readonly eventSeconds: readonly number[];
  readonly createdSeconds: readonly (number | null)[] | undefined;
  /** In the order of their bytes: neighbours lie on the same pages of the file. */
  readonly keys: readonly KeyedRows[];

  constructor(readonly batch: WriteBatch) {
    this.table = tableName(batch.project, batch.viewName, batch.version);
    this.eventSeconds = batch.eventTimesMicros.map(microsToSqliteSeconds);
    this.createdSeconds = batch.createdTimesMicros?.map((micros) =>
      micros === undefined ? null : microsToSqliteSeconds(micros),
    );
    this.keys = isInOrder(batch.keys) ? singleRows(batch.keys.length) : keyedRows(batch);
  }

  /**
   * How many of the rows of a key count as written: each that is not older than what was stored before, in seconds,
   * nor than a row of the batch before it, in microseconds.
   */
  countWritten({ rows }: KeyedRows, storedSeconds: number): number {
    let written = 0;
    let newest = -Infinity;
    for (const row of rows) {
      const micros = this.batch.eventTimesMicros[row] as number;
      if (micros < newest || (this.eventSeconds[row] as number) < storedSeconds) continue;
      newest = micros;
      written++;
    }
    return written;
  }
}

/** Whether no key is there twice, and neighbours lie on the same pages already, as a job hands them over. */
function isInOrder(keys: readonly Uint8Array[]): boolean {
  return keys.every((key, row) => row === 0 || Buffer.compare(keys[row - 1]!, key) < 0);
}

function singleRows(count: number): KeyedRows[] {
  return Array.from({ length: count }, (_, row) => ({ rows: [row], best: row }));
}

function keyedRows({ keys, eventTimesMicros, policy }: WriteBatch): KeyedRows[] {
  const byKey = new Map<string, { keyText: string; rows: number[]; best: number }>();
  keys.forEach((key, row) => {
    const keyText = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
    const known = byKey.get(keyText);
    if (known === undefined) {
      byKey.set(keyText, { keyText, rows: [row], best: row });
      return;
    }
    known.rows.push(row);
    const isNewest = (eventTimesMicros[row] as number) >= (eventTimesMicros[known.best] as number);
    if (policy === 'last' || isNewest) known.best = row;
  });
  return [...byKey.values()].toSorted((a, b) => (a.keyText < b.keyText ? -1 : 1));
}
