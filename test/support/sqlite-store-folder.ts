import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '../../src/common/model/deadline.js';
import { SqliteOnlineStore } from '../../src/modules/online-store/sqlite/sqlite-online-store.js';
import { FeastSqliteFile } from './feast-sqlite-file.js';
import { RecordingSink } from './recording-sink.js';
import {
  driverKey,
  errorOf,
  EVENT_TIME_MICROS,
  int64Value,
  readPlan,
  type StoredRow,
} from './stored-rows.js';

/** A folder with a store over a file that each test makes as it likes: one view, and mostly one row in it. */
export class SqliteStoreFolder {
  /** How often the store looks for another file. */
  static readonly CHECK_MS = 20;
  /** What is kept of rows must never be seen by a test that changes them. */
  static readonly CACHE_BYTES = 1_000_000;

  readonly plan = readPlan('drivers', {});
  readonly keys = [[driverKey(1001)]];
  readonly path: string;
  store: SqliteOnlineStore;
  private readonly folder = mkdtempSync(join(tmpdir(), 'salver-sqlite-'));

  constructor() {
    this.path = join(this.folder, 'online_store.db');
    this.store = new SqliteOnlineStore({
      path: this.path,
      replacementCheckMs: SqliteStoreFolder.CHECK_MS,
      rowCacheBytes: SqliteStoreFolder.CACHE_BYTES,
    });
  }

  row(trips: number, changes: Partial<StoredRow> = {}): StoredRow {
    return {
      project: 'drivers',
      viewName: 'stats',
      version: 0,
      entityKey: driverKey(1001),
      values: new Map([['trips', int64Value(trips)]]),
      eventTimeMicros: EVENT_TIME_MICROS,
      ...changes,
    };
  }

  /** Writes the rows; `setting` is SQL that comes first. */
  fill(rows: readonly StoredRow[], { path = this.path, setting = '' } = {}): void {
    const file = new FeastSqliteFile(path);
    file.exec(setting);
    file.write(rows);
    file.close();
  }

  /** What a read of `plan` finds after `fill([row(trips)])`. */
  found(trips: number): string[] {
    return [`0/0 0=${Buffer.from(int64Value(trips)).toString('hex')}`, `0/0 @${EVENT_TIME_MICROS}`];
  }

  /** The error of a read, `undefined` for none. */
  failure(plan = this.plan, limitMs = 5000): Promise<unknown> {
    const keys = plan.views.map(() => this.keys[0] ?? []);
    return errorOf(() => this.store.read(plan, keys, new RecordingSink(), Deadline.after(limitMs)));
  }

  async remove(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true });
  }
}
