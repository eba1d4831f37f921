import type { OfflineEntryId } from '../offline-store-writer.js';
import { isInRange, partRange, type EntryRange } from './entry-names.js';
import { JournalMark } from './journal-mark.js';
import { readFooter } from './parquet-footer.js';
import type { SourceStorage } from './storage/source-storage.js';

interface Part {
  readonly path: string;
  readonly range: EntryRange;
}

/**
 * Which of some entries the files of folders hold. Names tell from which to which; the footers of the few files that may
 * hold one that comes again tell which of these were refused.
 */
export class StoredParts {
  private readonly segments: ReadonlySet<string>;
  private readonly folders = new Map<string, Promise<readonly Part[]>>();
  private readonly marks = new Map<string, Promise<JournalMark>>();

  /** `ids`: the entries that will be asked for, and no others. */
  constructor(
    private readonly storage: SourceStorage,
    ids: readonly OfflineEntryId[],
  ) {
    this.segments = new Set(ids.map(({ segment }) => segment));
  }

  /** Errors: those of reading a folder or file. */
  async hold(folder: string, id: OfflineEntryId): Promise<boolean> {
    const parts = this.folders.get(folder) ?? this.partsIn(folder);
    this.folders.set(folder, parts);
    for (const { path, range } of await parts) {
      if (isInRange(range, id) && !(await this.markOf(path)).refused(id)) return true;
    }
    return false;
  }

  private async partsIn(folder: string): Promise<readonly Part[]> {
    const names = await this.storage.names(folder);
    return names.flatMap((name) => {
      const range = partRange(name);
      return range !== undefined && this.segments.has(range.segment)
        ? [{ path: `${folder}/${name}`, range }]
        : [];
    });
  }

  private markOf(path: string): Promise<JournalMark> {
    const mark = this.marks.get(path) ?? this.readMark(path);
    this.marks.set(path, mark);
    return mark;
  }

  private async readMark(path: string): Promise<JournalMark> {
    const file = await this.storage.open(path);
    try {
      return JournalMark.of((await readFooter(file, path)).metadata.keyValues);
    } finally {
      await file.close();
    }
  }
}
