import { FeatureServerError, UnavailableError } from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import { type OfflineEntry, OfflineStoreWriter, type RefusedEntry } from './offline-store-writer.js';
import { sourcePlace } from './source-place.js';

/** Rows of one merge, about, so that its memory is bounded. */
const MAX_MERGE_ROWS = 500_000;

interface WaitingAppend {
  readonly source: DataSource;
  /** Appends of one definition can be made together. */
  readonly definition: string;
  readonly entries: readonly OfflineEntry[];
  readonly resolve: (refused: readonly RefusedEntry[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lets one merge into a place follow the other, whoever asks and whatever the source is called: what comes while one is
 * under way shares the next. Two merges of one file at a time would lose the rows of one of them.
 *
 * Shape:  entries are appended in the order in which they came. Other places are not waited for. Relative paths begin at
 *         the repo.
 * Errors: UnavailableError for whatever the writer behind throws: all appends of that merge may have been made or not.
 */
export class GroupingOfflineStoreWriter extends OfflineStoreWriter {
  private readonly waiting = new Map<string, WaitingAppend[]>();
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly writer: OfflineStoreWriter,
    private readonly repoDir: string,
  ) {
    super();
  }

  override append(source: DataSource, entries: readonly OfflineEntry[]): Promise<readonly RefusedEntry[]> {
    const { base, files } = sourcePlace(source, this.repoDir);
    const definition = definitionOf(source, files);
    return new Promise((resolve, reject) => {
      const queue = this.waiting.get(base) ?? [];
      this.waiting.set(base, queue);
      queue.push({ source, definition, entries, resolve, reject });
      if (!this.running.has(base)) this.running.set(base, this.run(base));
    });
  }

  override forget(segments: readonly string[]): void {
    this.writer.forget(segments);
  }

  /** Resolves when all that was asked for has been done. */
  override async close(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
    await this.writer.close();
  }

  private async run(place: string): Promise<void> {
    for (let group = this.take(place); group.length > 0; group = this.take(place)) await this.merge(group);
    this.running.delete(place);
    this.waiting.delete(place);
  }

  /** Those of one definition of the source: another one may map columns in another way. */
  private take(place: string): readonly WaitingAppend[] {
    const queue = this.waiting.get(place) ?? [];
    const first = queue[0]?.definition;
    let rows = 0;
    let count = 0;
    for (const { definition, entries } of queue) {
      rows += entries.reduce((sum, entry) => sum + entry.rows.rows, 0);
      if (count > 0 && (rows > MAX_MERGE_ROWS || definition !== first)) break;
      count++;
    }
    return queue.splice(0, count);
  }

  private async merge(group: readonly WaitingAppend[]): Promise<void> {
    const [{ source }] = group as [WaitingAppend];
    try {
      const refused = await this.writer.append(
        source,
        group.flatMap(({ entries }) => entries),
      );
      let first = 0;
      for (const { entries, resolve } of group) {
        const end = first + entries.length;
        resolve(ownRefusals(refused, first, end));
        first = end;
      }
    } catch (error) {
      for (const { reject } of group) reject(toOwnError(error));
    }
  }
}

/** With the indexes that who asked knows. */
function ownRefusals(refused: readonly RefusedEntry[], first: number, end: number): RefusedEntry[] {
  return refused
    .filter(({ index }) => index >= first && index < end)
    .map(({ index, error }) => ({ index: index - first, error }));
}

function definitionOf(source: DataSource, files: string): string {
  const { fieldMapping, timestampField, createdTimestampColumn, datePartitionColumn } = source;
  return JSON.stringify([
    files,
    [...fieldMapping],
    timestampField,
    createdTimestampColumn,
    datePartitionColumn,
  ]);
}

function toOwnError(error: unknown): Error {
  if (error instanceof FeatureServerError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new UnavailableError(`the offline store could not be written: ${reason}`, { cause: error });
}
