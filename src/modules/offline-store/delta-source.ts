import type { DataSource } from '../../common/model/data-source.js';

/** Registered as a Delta table. */
export function isDelta({ kind, fileFormat }: DataSource): boolean {
  return kind === 'BATCH_FILE' && fileFormat === 'delta';
}

/** Why a Delta table is not read, and what to do. */
export function deltaReason({ name, uri }: Pick<DataSource, 'name' | 'uri'>): string {
  return (
    `the source ${name} is a Delta table (${uri}), which this version does not read: the extension that DuckDB has for ` +
    "them is a download of its own. Give it parquet files, or load its views with 'feast materialize'"
  );
}

/** Why rows are not added to a Delta table, and what to do. */
export function deltaWriteReason({ name, uri }: Pick<DataSource, 'name' | 'uri'>): string {
  return `the source ${name} is a Delta table (${uri}), to which this version adds no rows: give it parquet files`;
}
