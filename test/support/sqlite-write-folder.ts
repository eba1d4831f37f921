import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WriteBatch } from '../../src/common/model/write-batch.js';
import { SqliteOnlineStore } from '../../src/modules/online-store/sqlite/sqlite-online-store.js';
import {
  SqliteOnlineStoreWriter,
  type SqliteWriterOptions,
} from '../../src/modules/online-store/sqlite/sqlite-online-store-writer.js';
import { SqliteWriter } from './sqlite-writer.js';
import { driverKey, readLines, readPlan } from './stored-rows.js';
import { SECOND, T1, tripBatch } from './trip-rows.js';

/** A folder for one test with a file that writers write, all of which ends with `remove`. */
export class SqliteWriteFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'salver-sqlite-writes-'));
  path = join(this.folder, 'online.db');
  private readonly writers: SqliteOnlineStoreWriter[] = [];
  private readonly processes: SqliteWriter[] = [];

  writer(changes: Partial<SqliteWriterOptions> = {}): SqliteOnlineStoreWriter {
    const writer = new SqliteOnlineStoreWriter({
      path: this.path,
      journalMode: 'keep',
      vectorEnabled: false,
      enableOpenaiCompatibleStore: false,
      ...changes,
    });
    this.writers.push(writer);
    return writer;
  }

  /** A process that does something to the file. */
  start(role: 'lock' | 'spill', argument: string): SqliteWriter {
    const started = SqliteWriter.start(role, this.path, argument);
    this.processes.push(started);
    return started;
  }

  /** The cells that a reader finds for driver 1001, in hexadecimal. */
  async found(): Promise<string[]> {
    const store = new SqliteOnlineStore({ path: this.path });
    const lines = await readLines(store, readPlan('peer', {}), [[driverKey(1001)]]);
    await store.close();
    return lines.filter((line) => line.includes('=')).map((line) => line.split('=')[1] ?? '');
  }

  async remove(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await Promise.all(this.writers.map((writer) => writer.close()));
    rmSync(this.folder, { recursive: true });
  }
}

/** Driver 1001, so many trips and seconds after T1. */
export const tripRow = (trips: number): WriteBatch => tripBatch([{ trips, micros: T1 + trips * SECOND }]);

/** So many drivers, from 0. */
export const tripRows = (count: number): WriteBatch =>
  tripBatch(Array.from({ length: count }, (_, driver) => ({ trips: driver, micros: T1, driver })));
