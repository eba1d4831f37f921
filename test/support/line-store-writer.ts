import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonText } from '../../src/common/codec/json-text.js';
import { InvalidValueError } from '../../src/common/errors/errors.js';
import type { DataSource } from '../../src/common/model/data-source.js';
import {
  type OfflineEntry,
  OfflineStoreWriter,
  type RefusedEntry,
} from '../../src/modules/offline-store/offline-store-writer.js';
import { fileSource } from './offline-sources.js';

/** An offline store of text files: a line for each entry, which holds its columns. Refuses entries with a column `bad`. */
export class LineStoreWriter extends OfflineStoreWriter {
  /** Of each merge, how many entries it had. */
  readonly merges: number[] = [];
  /** Merges that were under way at one time, at the most, of one file and of all. */
  readonly most = { ofOneFile: 0, ofAll: 0 };
  isClosed = false;
  /** Thrown by the next merge. */
  failure: Error | undefined;
  private readonly underWay: string[] = [];

  constructor(private readonly mergeMs: number) {
    super();
  }

  override async append(
    source: DataSource,
    entries: readonly OfflineEntry[],
  ): Promise<readonly RefusedEntry[]> {
    const path = source.uri as string;
    this.underWay.push(path);
    const ofOneFile = this.underWay.filter((other) => other === path).length;
    this.most.ofOneFile = Math.max(this.most.ofOneFile, ofOneFile);
    this.most.ofAll = Math.max(this.most.ofAll, this.underWay.length);
    this.merges.push(entries.length);
    try {
      await sleep(this.mergeMs);
      if (this.failure) throw this.failure;
      return await this.appendLines(path, entries);
    } finally {
      this.failure = undefined;
      this.underWay.splice(this.underWay.indexOf(path), 1);
    }
  }

  override async close(): Promise<void> {
    this.isClosed = true;
  }

  private async appendLines(path: string, entries: readonly OfflineEntry[]): Promise<RefusedEntry[]> {
    const refused: RefusedEntry[] = [];
    let lines = '';
    entries.forEach(({ rows }, index) => {
      if (!rows.columns.has('bad')) lines += `${jsonText(rows.columns)}\n`;
      else refused.push({ index, error: InvalidValueError.at(['body', 'df', 'bad', 0], 'is bad') });
    });
    await appendFile(path, lines);
    return refused;
  }
}

/** A file as a source. */
export function lineSource(uri: string, changes: Partial<DataSource> = {}): DataSource {
  return fileSource(uri, {
    name: 'stats_source',
    fieldMapping: new Map([['a', 'b']]),
    fileFormat: 'parquet',
    ...changes,
  });
}
