import type { DataSource } from '../../../common/model/data-source.js';
import type { Deadline } from '../../../common/model/deadline.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { OfflineRowChecker, type OfflineRows } from '../offline-store-writer.js';
import type { ConversionOptions } from './conversion/stored-value.js';
import { requireColumns, shredRows } from './offline-rows.js';
import { partitionFolders } from './partition-folder.js';
import { readSourceSchema, type SourceSchema } from './source-schema.js';
import type { SourceStorage } from './storage/source-storage.js';

/** For so long a schema is taken for that of the files. */
const REMEMBERED_MS = 1000;
const REMEMBERED_SOURCES = 1000;

interface Remembered {
  readonly schema: Promise<SourceSchema>;
  readonly untilMs: number;
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
    if (this.remembered.size >= REMEMBERED_SOURCES) this.remembered.clear();
    this.remembered.set(key, { schema, untilMs: nowMs + REMEMBERED_MS });
    // What went wrong is found again at the next look.
    schema.catch(() => this.remembered.delete(key));
    return schema;
  }
}
