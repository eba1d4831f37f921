import type { OfflineEntryId } from '../offline-store-writer.js';
import { keyValue, type KeyValue } from './format/file-metadata.codec.js';

const KEY = 'salver.journal';
/** More segments than a server has workers over many restarts; the oldest is forgotten first. */
const MAX_SEGMENTS = 1000;

/** In the footer of a file: the highest entry of each segment that the file holds, the latest last. */
export class JournalMark {
  private constructor(private readonly highest: ReadonlyMap<string, number>) {}

  /** Something else under the key is taken for nothing. */
  static of(keyValues: readonly KeyValue[]): JournalMark {
    const text = keyValues.findLast(({ key }) => key === KEY)?.value?.toString('utf8');
    return new JournalMark(text === undefined ? new Map() : parsed(text));
  }

  holds({ segment, number }: OfflineEntryId): boolean {
    return number <= (this.highest.get(segment) ?? 0);
  }

  /** With these entries stored too, and without the segments of which no entry will come again. */
  with(ids: readonly OfflineEntryId[], forgotten: ReadonlySet<string>): JournalMark {
    const highest = new Map(this.highest);
    for (const { segment, number } of ids) {
      const before = highest.get(segment) ?? 0;
      highest.delete(segment);
      highest.set(segment, Math.max(before, number));
    }
    const kept = [...highest].filter(([segment]) => !forgotten.has(segment));
    return new JournalMark(new Map(kept.slice(-MAX_SEGMENTS)));
  }

  /** The entries of a footer with this one. */
  appliedTo(keyValues: readonly KeyValue[]): KeyValue[] {
    const others = keyValues.filter(({ key }) => key !== KEY);
    if (this.highest.size === 0) return others;
    return [...others, keyValue(KEY, JSON.stringify(Object.fromEntries(this.highest)))];
  }
}

function parsed(text: string): ReadonlyMap<string, number> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null) return new Map();
    return new Map(
      Object.entries(value).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1])),
    );
  } catch {
    return new Map();
  }
}
