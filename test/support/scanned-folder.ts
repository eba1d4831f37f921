import { join } from 'node:path';
import type { Field } from '../../src/common/model/feature-view.js';
import { DuckdbOfflineStore } from '../../src/modules/offline-store/duckdb/duckdb-offline-store.js';
import { comparableValue } from './comparable-value.js';
import { batchesOf, field, fileSource, scanOf } from './offline-sources.js';
import { ParquetFolder } from './parquet-files.js';

/** A folder of parquet files, and the offline store that reads them. */
export class ScannedFolder {
  readonly folder = new ParquetFolder();
  readonly store = new DuckdbOfflineStore(this.folder.path, {
    rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 1 }],
  });
  private nextId = 0;

  readonly inFolder = (...names: string[]): string => join(this.folder.path, ...names);

  /** One row: its own id, and `columns` as SQL. */
  readonly part = async (file: string, columns: string): Promise<void> => {
    await this.folder.write(
      file,
      `SELECT ${this.nextId++} AS id, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS event_timestamp, ${columns}`,
    );
  };

  /** The values of the rows of a path, sorted. */
  readonly valuesOf = async (
    uri: string,
    features: readonly Field[] = [field('v', 'INT64')],
    key = 'id',
  ): Promise<string[]> => {
    const joinKeys = [field(key, 'INT64')];
    const batches = await batchesOf(this.store, scanOf(fileSource(uri), features, { joinKeys }));
    return batches
      .flatMap(({ keys, values }) =>
        keys.map((_, row) =>
          values.map((cells) => comparableValue(cells.at(row)!).replace(/^\d+:/, '')).join(' '),
        ),
      )
      .sort();
  };

  /** What reading a path fails with. */
  readonly failure = (uri: string, features?: readonly Field[]): Promise<string> => {
    return this.valuesOf(uri, features).then(
      () => 'no error',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  };

  async close(): Promise<void> {
    await this.store.close();
    this.folder.remove();
  }
}
