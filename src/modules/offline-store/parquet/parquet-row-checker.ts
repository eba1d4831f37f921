import type { DataSource } from '../../../common/model/data-source.js';
import type { Deadline } from '../../../common/model/deadline.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { OfflineRowChecker, type OfflineRows } from '../offline-store-writer.js';
import type { ConversionOptions } from './conversion/stored-value.js';
import { requireColumns, shredRows } from './offline-rows.js';
import { partitionFolders } from './partition-folder.js';
import { readSourceSchema, type SourceSchema } from './source-schema.js';
import type { SourceStorage } from './storage/source-storage.js';

/** For so long a schema is taken for that of the files, and for so many times as long as it took to read. */
const REMEMBERED_MS = 1000;
const REMEMBERED_FACTOR = 50;
const REMEMBERED_SOURCES = 1000;

interface Remembered {
  readonly schema: Promise<SourceSchema>;
  /** Infinity while it is read. */
  untilMs: number;
}

/** Converts rows as the writer will, by the footer of the file alone. */
export class ParquetRowChecker extends OfflineRowChecker {
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    private readonly storageOf: (source: DataSource) => SourceStorage,
    private readonly options: ConversionOptions,
  ) {
    super();
  }

  async check(source: DataSource, rows: OfflineRows, deadline: Deadline): Promise<void> {
    const { names, footer, folder } = await this.schemaOf(source);
    if (deadline.expired) throw new UnavailableError('the time for this request is over');
    requireColumns(names, rows.columns.keys());
    shredRows(footer.columns, rows, this.options);
    if (folder !== undefined) partitionFolders(folder, rows);
  }

  private schemaOf(source: DataSource): Promise<SourceSchema> {
    const key = JSON.stringify([source.uri, source.s3EndpointOverride]);
    const nowMs = performance.now();
    const known = this.remembered.get(key);
    if (known !== undefined && known.untilMs > nowMs) return known.schema;
    const schema = readSourceSchema(source, this.storageOf(source));
    const entry: Remembered = { schema, untilMs: Infinity };
    if (this.remembered.size >= REMEMBERED_SOURCES) this.remembered.clear();
    this.remembered.set(key, entry);
    schema.then(
      () => {
        const endMs = performance.now();
        entry.untilMs = endMs + Math.max(REMEMBERED_MS, REMEMBERED_FACTOR * (endMs - nowMs));
      },
      // What went wrong is found again at the next look.
      () => this.remembered.delete(key),
    );
    return schema;
  }
}
