import { randomUUID } from 'node:crypto';
import { InvalidValueError } from '../../../common/errors/errors.js';
import type { OfflineEntry, OfflineEntryId, OfflineRows, RefusedEntry } from '../offline-store-writer.js';
import { convertEntries, joinLeaves } from './accepted-entries.js';
import type { ShreddedLeaf } from './conversion/shredded-column.js';
import { anonymousStem, partStem, type EntryRange } from './entry-names.js';
import { type AppendContext, idsOf } from './file-append.js';
import { JournalMark } from './journal-mark.js';
import { requireColumns, shredRows } from './offline-rows.js';
import { newFile } from './parquet-file-content.js';
import { readFooter, type ParquetFooter } from './parquet-footer.js';
import { partitionFolders } from './partition-folder.js';
import { StoredParts } from './stored-parts.js';
import type { FolderTarget } from './storage/source-storage.js';

const NONE_FORGOTTEN: ReadonlySet<string> = new Set();

/** Rows of one entry that belong into one folder. */
interface FolderRows {
  readonly folder: string;
  readonly id: OfflineEntryId | undefined;
  readonly leaves: readonly ShreddedLeaf[];
  readonly rows: number;
}

/**
 * Adds entries to a directory, as new files in the folders of their partitions. The names of the files tell which entries
 * they hold, so that the same entries again change nothing.
 */
export async function appendToFolder(
  target: FolderTarget,
  entries: readonly OfflineEntry[],
  context: AppendContext,
): Promise<readonly RefusedEntry[]> {
  return context.storage.exclusively(target.base, async () => {
    const sample = await footerOf(target, context);
    const indexed = entries.map((entry, index) => ({ entry, index }));
    const { accepted, refused } = convertEntries(indexed, (entry) =>
      entryRows(target, sample, entry, context),
    );
    const byFolder = Map.groupBy(
      accepted.flatMap(({ converted }) => converted),
      ({ folder }) => folder,
    );
    const stored = new StoredParts(context.storage, idsOf(entries));
    const refusedIds = idsOf(refused.map(({ index }) => entries[index]!));
    for (const [folder, rows] of byFolder) {
      await addToFolder(target, sample, { folder, rows, stored, refusedIds }, context);
    }
    const isHeld = await Promise.all(refused.map(({ index }) => holds(stored, target, entries[index]!)));
    return refused.filter((_, i) => !isHeld[i]);
  });
}

/** Whether an entry that does not fit is there from a time when it did. */
async function holds(
  stored: StoredParts,
  target: FolderTarget,
  { id, rows }: OfflineEntry,
): Promise<boolean> {
  if (id === undefined || rows.rows === 0) return false;
  const folders = new Set(foldersIfKnown(target, rows));
  for (const folder of folders) if (!(await stored.hold(pathOf(target, folder), id))) return false;
  return folders.size > 0;
}

function foldersIfKnown(target: FolderTarget, rows: OfflineRows): readonly string[] {
  if (!target.partitions.every(({ name }) => rows.columns.has(name))) return [];
  try {
    return partitionFolders(target, rows);
  } catch (error) {
    if (error instanceof InvalidValueError) return [];
    throw error;
  }
}

/** Columns of a folder source: those of its files and those that its folders name. */
export function folderColumns(target: FolderTarget, sample: ParquetFooter): string[] {
  return [...sample.columns.map(({ name }) => name), ...target.partitions.map(({ name }) => name)];
}

export async function footerOf(
  target: FolderTarget,
  { storage }: Pick<AppendContext, 'storage'>,
): Promise<ParquetFooter> {
  const file = await storage.open(target.sample);
  try {
    return await readFooter(file, target.label);
  } finally {
    await file.close();
  }
}

function entryRows(
  target: FolderTarget,
  sample: ParquetFooter,
  { id, rows }: OfflineEntry,
  { options }: AppendContext,
): FolderRows[] {
  requireColumns(folderColumns(target, sample), rows.columns.keys());
  const folders = partitionFolders(target, rows);
  const byFolder = Map.groupBy(folders.keys(), (row) => folders[row]!);
  // All are converted before they are taken apart: the row of a refusal is that of the request.
  if (byFolder.size > 1) shredRows(sample.columns, rows, options);
  return [...byFolder].map(([folder, picked]) => {
    const part = byFolder.size === 1 ? rows : pickedRows(rows, picked);
    return { folder, id, rows: part.rows, leaves: shredRows(sample.columns, part, options) };
  });
}

function pickedRows({ columns }: OfflineRows, picked: readonly number[]): OfflineRows {
  const some = [...columns].map(([name, values]) => [name, picked.map((row) => values[row]!)] as const);
  return { columns: new Map(some), rows: picked.length };
}

interface FolderAddition {
  readonly folder: string;
  readonly rows: readonly FolderRows[];
  readonly stored: StoredParts;
  /** Entries of the same append that were refused. */
  readonly refusedIds: readonly OfflineEntryId[];
}

async function addToFolder(
  target: FolderTarget,
  sample: ParquetFooter,
  { folder, rows, stored, refusedIds }: FolderAddition,
  { storage }: AppendContext,
): Promise<void> {
  const path = pathOf(target, folder);
  const open: FolderRows[] = [];
  for (const one of rows) if (one.id === undefined || !(await stored.hold(path, one.id))) open.push(one);
  for (const [stem, parts] of partsOf(open)) {
    const added = {
      leaves: joinLeaves(parts.map(({ leaves }) => leaves)),
      rows: parts.reduce((total, part) => total + part.rows, 0),
    };
    if (added.rows === 0) continue;
    const ids = parts.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const none = JournalMark.of([]);
    const mark = refusedIds.length === 0 ? none : none.with(ids, refusedIds, NONE_FORGOTTEN);
    const content = newFile(sample, added, mark.appliedTo(sample.metadata.keyValues));
    await storage.create(`${path}/${target.fileName(stem)}`, content);
  }
}

function pathOf({ base }: FolderTarget, folder: string): string {
  return folder === '' ? base : `${base}/${folder}`;
}

/** A file for each segment, and one for what has no id. */
function partsOf(rows: readonly FolderRows[]): ReadonlyMap<string, readonly FolderRows[]> {
  const bySegment = Map.groupBy(rows, ({ id }) => id?.segment);
  return new Map(
    [...bySegment].map(([segment, parts]) => {
      const stem = segment === undefined ? anonymousStem(randomUUID()) : partStem(rangeOf(segment, parts));
      return [stem, parts];
    }),
  );
}

function rangeOf(segment: string, parts: readonly FolderRows[]): EntryRange {
  const numbers = parts.map(({ id }) => id!.number);
  return { segment, from: Math.min(...numbers), to: Math.max(...numbers) };
}
