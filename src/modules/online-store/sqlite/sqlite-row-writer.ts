import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { WriteOutcome } from '../../../common/model/write-batch.js';
import { CellScratch } from './cell-scratch.js';
import type { KeyedRows, SqliteBatch } from './sqlite-batch.js';
import {
  DEFAULT_VECTOR_LENGTH,
  type SqliteCell,
  valueNumber,
  valueText,
  vectorCell,
} from './sqlite-cell.codec.js';
import { HEAD_LENGTH, newestTimeText, type Upsert, upsertsOf } from './sqlite-upsert.js';
import type { SqliteWriteConnection } from './sqlite-write-connection.js';

/** Other work of the process waits no longer than about this. */
const SLICE_MS = 10;
/** SQLite rows between two looks at the clock. */
const CELLS_PER_LOOK = 500;

export interface SqliteColumnOptions {
  readonly vectorEnabled: boolean;
  readonly enableOpenaiCompatibleStore: boolean;
}

export interface RowWriterOptions extends SqliteColumnOptions {
  /** The columns that the table has. */
  readonly columns: ReadonlySet<string>;
  /** Looks up what is stored before each row. */
  readonly looksFirst: boolean;
}

/**
 * Some features of a key were newer than a row and others were not, so that a part of it was stored: the transaction
 * must be rolled back and done again with `looksFirst`. It happens when a view got features after rows were stored,
 * and then an older row comes; to look first every time would cost a third of the speed.
 */
export class PartlyStoredError extends Error {}

interface ExtraColumn {
  readonly name: string;
  readonly cell: (bytes: Buffer, feature: string) => SqliteCell;
}

interface PreparedUpsert extends Upsert {
  readonly statement: StatementSync;
  /** Of the row before; filled anew for each. */
  readonly parameters: SQLInputValue[];
}

/** A row is bound, and copied, before the next one is looked at. */
const scratch = new CellScratch();

/** Stores a batch in one table, in the transaction that is open. */
export class SqliteRowWriter {
  private readonly upserts: readonly PreparedUpsert[];
  private readonly extraColumns: readonly ExtraColumn[];
  private readonly newestTimeSql: string;
  private readonly isNewestOnly: boolean;

  constructor(
    private readonly connection: SqliteWriteConnection,
    private readonly rows: SqliteBatch,
    private readonly options: RowWriterOptions,
  ) {
    const { table, batch } = rows;
    this.isNewestOnly = batch.policy === 'newest';
    this.extraColumns = extraColumns(options, batch.vectorLength ?? DEFAULT_VECTOR_LENGTH);
    this.newestTimeSql = newestTimeText(table, batch.features);
    this.upserts = upsertsOf({
      table,
      features: batch.features,
      extraColumns: this.extraColumns.map(({ name }) => name),
      onlyNewer: this.isNewestOnly,
    }).map((upsert) => ({ ...upsert, statement: connection.statement(upsert.sql), parameters: [] }));
  }

  /** Errors: UnavailableError when the deadline passes, PartlyStoredError, and what SQLite throws. */
  async write(deadline: Deadline): Promise<WriteOutcome> {
    const { keys, batch } = this.rows;
    const keysPerLook = Math.max(1, Math.floor(CELLS_PER_LOOK / batch.features.length));
    let written = 0;
    let sliceStartMs = performance.now();
    for (let index = 0; index < keys.length; index++) {
      written += this.writeKey(keys[index] as KeyedRows);
      if (index % keysPerLook !== 0) continue;
      if (deadline.expired) throw tooSlow();
      if (performance.now() - sliceStartMs < SLICE_MS) continue;
      await nextTurn();
      sliceStartMs = performance.now();
    }
    return { written, skipped: batch.keys.length - written };
  }

  /** Returns how many of the rows count as written. */
  private writeKey(key: KeyedRows): number {
    if (!this.isNewestOnly) {
      this.upsert(key.best);
      return key.rows.length;
    }
    if (this.options.looksFirst || key.rows.length > 1) {
      const stored = this.storedSeconds(key);
      const written = this.rows.countWritten(key, stored);
      if (written > 0 && this.upsert(key.best) !== this.rows.batch.features.length)
        throw new PartlyStoredError();
      return written;
    }
    const stored = this.upsert(key.best);
    if (stored === this.rows.batch.features.length) return 1;
    if (stored === 0) return 0;
    throw new PartlyStoredError();
  }

  private storedSeconds({ best }: KeyedRows): number {
    const [row] = this.connection.all(this.newestTimeSql, this.rows.batch.keys[best] as Uint8Array);
    return typeof row?.[0] === 'number' ? row[0] : -Infinity;
  }

  /** Returns how many features were stored. */
  private upsert(row: number): number {
    const { batch, eventSeconds, createdSeconds } = this.rows;
    let stored = 0;
    for (const { statement, parameters, firstFeature, endFeature } of this.upserts) {
      parameters[0] = batch.keys[row] as Uint8Array;
      parameters[1] = eventSeconds[row] as number;
      parameters[2] = createdSeconds?.[row] ?? null;
      let next = HEAD_LENGTH;
      for (let feature = firstFeature; feature < endFeature; feature++) {
        const bytes = scratch.read(batch.values[feature]!, row, feature - firstFeature);
        parameters[next++] = bytes;
        for (const { cell } of this.extraColumns) {
          parameters[next++] = cell(bytes, batch.features[feature] as string);
        }
      }
      stored += Number(statement.run(...parameters).changes);
    }
    return stored;
  }
}

function extraColumns(options: RowWriterOptions, vectorLength: number): ExtraColumn[] {
  const all: readonly (ExtraColumn & { readonly isWanted: boolean })[] = [
    { name: 'value_text', isWanted: true, cell: valueText },
    { name: 'value_num', isWanted: options.enableOpenaiCompatibleStore, cell: valueNumber },
    {
      name: 'vector_value',
      isWanted: options.vectorEnabled,
      cell: (bytes, feature) => vectorCell(bytes, feature, vectorLength),
    },
  ];
  return all.filter(({ name, isWanted }) => isWanted && options.columns.has(name));
}

function tooSlow(): UnavailableError {
  return new UnavailableError('the online store could not be written in time; nothing was stored');
}
