import type { DataSource } from '../../../common/model/data-source.js';
import { OfflineStoreWriter, type OfflineEntry, type RefusedEntry } from '../offline-store-writer.js';
import type { ConversionOptions } from './conversion/stored-value.js';
import { appendToFile } from './file-append.js';
import { appendToFolder } from './folder-append.js';
import type { SourceStorage } from './storage/source-storage.js';

/** A segment that is not remembered as gone stays in the ends of files a while longer, which harms nobody. */
const MOST_FORGOTTEN = 10_000;

/** Adds rows to parquet files, of which everything that is there stays as it is. */
export class ParquetOfflineStoreWriter extends OfflineStoreWriter {
  private readonly forgotten = new Set<string>();

  constructor(
    private readonly storageOf: (source: DataSource) => SourceStorage,
    private readonly options: ConversionOptions,
  ) {
    super();
  }

  async append(source: DataSource, entries: readonly OfflineEntry[]): Promise<readonly RefusedEntry[]> {
    const storage = this.storageOf(source);
    const target = await storage.target(source);
    await storage.requireWritable(target);
    const context = { storage, options: this.options, forgotten: this.forgotten };
    return target.kind === 'file'
      ? appendToFile(target, entries, context)
      : appendToFolder(target, entries, context);
  }

  override forget(segments: readonly string[]): void {
    for (const segment of segments) this.forgotten.add(segment);
    for (const oldest of this.forgotten) {
      if (this.forgotten.size <= MOST_FORGOTTEN) return;
      this.forgotten.delete(oldest);
    }
  }

  async close(): Promise<void> {
    // Each append opens and closes what it needs.
  }
}
