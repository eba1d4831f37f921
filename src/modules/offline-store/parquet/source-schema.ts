import type { DataSource } from '../../../common/model/data-source.js';
import { NotSupportedError } from '../../../common/errors/errors.js';
import { folderColumns, footerOf } from './folder-append.js';
import { decodeRowGroup } from './format/row-group.codec.js';
import { brokenFile, readFooter, type ParquetFooter } from './parquet-footer.js';
import type { AppendTarget, FolderTarget, SourceStorage } from './storage/source-storage.js';

/** What rows of a source must look like. */
export interface SourceSchema {
  readonly names: readonly string[];
  readonly footer: Pick<ParquetFooter, 'columns'>;
  /** Undefined for a single file. */
  readonly folder: FolderTarget | undefined;
}

/**
 * Reads what a check of rows needs, and whether rows can be added at all.
 *
 * Errors: InvalidRequestError (no such file, no parquet), NotSupportedError, UnavailableError (read-only).
 */
export async function readSourceSchema(source: DataSource, storage: SourceStorage): Promise<SourceSchema> {
  const target = await storage.target(source);
  await storage.requireWritable(target);
  const footer = await targetFooter(target, storage);
  requireColumnsInFile(target.label, footer);
  const names =
    target.kind === 'folder' ? folderColumns(target, footer) : footer.columns.map(({ name }) => name);
  return {
    names,
    footer: { columns: footer.columns },
    folder: target.kind === 'folder' ? target : undefined,
  };
}

async function targetFooter(target: AppendTarget, storage: SourceStorage): Promise<ParquetFooter> {
  if (target.kind === 'folder') return footerOf(target, { storage });
  const file = await storage.open(target.path);
  try {
    return await readFooter(file, target.label);
  } finally {
    await file.close();
  }
}

/** Columns whose bytes lie elsewhere, and columns twice, cannot be added to. */
function requireColumnsInFile(label: string, { columns, leaves, metadata }: ParquetFooter): void {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new NotSupportedError(`${label}: it has two columns ${twice}: rows cannot be added`);
  if ((lastChunks(label, metadata.rowGroups) ?? leaves.length) !== leaves.length) {
    throw new NotSupportedError(`${label}: its row groups do not have all columns: rows cannot be added`);
  }
}

function lastChunks(label: string, rowGroups: readonly Buffer[]): number | undefined {
  const last = rowGroups.at(-1);
  try {
    return last === undefined ? undefined : decodeRowGroup(last).chunks.length;
  } catch (error) {
    throw brokenFile(error, label);
  }
}
