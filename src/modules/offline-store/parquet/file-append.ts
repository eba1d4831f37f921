import { UnavailableError } from '../../../common/errors/errors.js';
import type { OfflineEntry, OfflineEntryId, RefusedEntry } from '../offline-store-writer.js';
import { convertEntries, joinLeaves } from './accepted-entries.js';
import type { ConversionOptions } from './conversion/stored-value.js';
import { JournalMark } from './journal-mark.js';
import { requireColumns, shredRows } from './offline-rows.js';
import { fileWithRows } from './parquet-file-content.js';
import { brokenFile, readFooter } from './parquet-footer.js';
import type { FileTarget, OpenedFile, SourceStorage } from './storage/source-storage.js';

/** What an append to any target needs. */
export interface AppendContext {
  readonly storage: SourceStorage;
  readonly options: ConversionOptions;
  /** Segments of which no entry comes again. */
  readonly forgotten: ReadonlySet<string>;
}

const ATTEMPTS = 5;

/**
 * Adds entries to a file. Which ones it holds stands in its footer, so that the same entries again change nothing.
 *
 * Errors: UnavailableError, also when somebody else rewrites the file all the time.
 */
export async function appendToFile(
  target: FileTarget,
  entries: readonly OfflineEntry[],
  context: AppendContext,
): Promise<readonly RefusedEntry[]> {
  const { label, path } = target;
  return context.storage.exclusively(path, async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const file = await context.storage.open(path);
      try {
        const refused = await tryAppend(file, label, entries, context).catch((error: unknown) => {
          throw brokenFile(error, label);
        });
        if (refused !== undefined) return refused;
      } finally {
        await file.close();
      }
    }
    throw new UnavailableError(
      `${label}: somebody else rewrites the file again and again: rows could not be added`,
    );
  });
}

/** Undefined: the file was changed meanwhile. */
async function tryAppend(
  file: OpenedFile,
  label: string,
  entries: readonly OfflineEntry[],
  { storage, options, forgotten }: AppendContext,
): Promise<readonly RefusedEntry[] | undefined> {
  const footer = await readFooter(file, label);
  const mark = JournalMark.of(footer.metadata.keyValues);
  const names = footer.columns.map(({ name }) => name);
  const open = entries
    .map((entry, index) => ({ entry, index }))
    .filter(({ entry }) => entry.id === undefined || !mark.holds(entry.id));
  const { accepted, refused } = convertEntries(open, ({ rows }) => {
    requireColumns(names, rows.columns.keys());
    return shredRows(footer.columns, rows, options);
  });
  const rows = accepted.reduce((total, { entry }) => total + entry.rows.rows, 0);
  if (rows === 0) return refused;
  const marked = mark.with(
    idsOf(accepted.map(({ entry }) => entry)),
    idsOf(refused.map(({ index }) => entries[index]!)),
    forgotten,
  );
  const end = await fileWithRows(file, footer, {
    leaves: joinLeaves(accepted.map(({ converted }) => converted)),
    rows,
    keyValues: marked.appliedTo(footer.metadata.keyValues),
  });
  return (await storage.replaceEnd(file, end.keptBytes, end.tail)) ? refused : undefined;
}

export function idsOf(entries: readonly OfflineEntry[]): OfflineEntryId[] {
  return entries.flatMap(({ id }) => (id === undefined ? [] : [id]));
}
