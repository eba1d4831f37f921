import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OfflineEntry } from '../../src/modules/offline-store/offline-store-writer.js';
import { createOfflineStoreWriter } from '../../src/modules/offline-store/offline-store-writer-factory.js';
import { entry } from './offline-rows.js';
import { fileSource } from './offline-sources.js';
import { ParquetFolder } from './parquet-files.js';

export const WRITE_OPTIONS = { integerTimestamps: 'refuse' } as const;

/** A parquet file of three rows, `id` and `name`, to which rows are added. */
export class RowsFile {
  readonly folder = new ParquetFolder();
  readonly source = fileSource('data/rows.parquet');
  readonly writer = createOfflineStoreWriter({ type: 'file' }, this.folder.path, WRITE_OPTIONS);

  get path(): string {
    return join(this.folder.path, 'data/rows.parquet');
  }

  /** As it is at first. */
  async make(): Promise<void> {
    rmSync(join(this.folder.path, 'data'), { recursive: true, force: true });
    await this.folder.write(
      'data/rows.parquet',
      'SELECT i::BIGINT AS id, i::TEXT AS name FROM range(3) t(i)',
    );
  }

  readonly row = (id: number, number?: number, segment?: string): OfflineEntry =>
    entry({ id: [id], name: [`n${id}`] }, number, segment);
}
