import type { OfflineEntryId } from '../offline-store-writer.js';
import { keyValue, type KeyValue } from './format/file-metadata.codec.js';

const KEY = 'salver.journal';
/** More segments than a server has workers over many restarts; the oldest is forgotten first. */
const MAX_SEGMENTS = 1000;

/** Entries of one segment. */
interface SegmentMark {
  readonly highest: number;
  /** Of the last append with entries of the segment: those that were refused. No earlier ones come again. */
  readonly refused: ReadonlySet<number>;
}

/** In the footer of a file: which entries of each segment it holds, the latest segment last. */
export class JournalMark {
  private constructor(private readonly segments: ReadonlyMap<string, SegmentMark>) {}

  /** Something else under the key is taken for nothing. */
  static of(keyValues: readonly KeyValue[]): JournalMark {
    const text = keyValues.findLast(({ key }) => key === KEY)?.value?.toString('utf8');
    return new JournalMark(text === undefined ? new Map() : parsed(text));
  }

  holds(id: OfflineEntryId): boolean {
    return id.number <= (this.segments.get(id.segment)?.highest ?? 0) && !this.refused(id);
  }

  refused({ segment, number }: OfflineEntryId): boolean {
    return this.segments.get(segment)?.refused.has(number) ?? false;
  }

  /** With these entries stored too, and those refused; and without the segments of which no entry will come again. */
  with(
    stored: readonly OfflineEntryId[],
    refused: readonly OfflineEntryId[],
    forgotten: ReadonlySet<string>,
  ): JournalMark {
    const segments = new Map(this.segments);
    const refusedOf = Map.groupBy(refused, ({ segment }) => segment);
    for (const [segment, ids] of Map.groupBy(stored, ({ segment: name }) => name)) {
      const highest = ids.reduce(
        (top, { number }) => Math.max(top, number),
        segments.get(segment)?.highest ?? 0,
      );
      const numbers = (refusedOf.get(segment) ?? []).map(({ number }) => number);
      segments.delete(segment);
      segments.set(segment, { highest, refused: new Set(numbers.filter((number) => number < highest)) });
    }
    const kept = [...segments].filter(([segment]) => !forgotten.has(segment));
    return new JournalMark(new Map(kept.slice(-MAX_SEGMENTS)));
  }

  /** The entries of a footer with this one. */
  appliedTo(keyValues: readonly KeyValue[]): KeyValue[] {
    const others = keyValues.filter(({ key }) => key !== KEY);
    if (this.segments.size === 0) return others;
    const values = [...this.segments].map(([segment, { highest, refused }]) => [
      segment,
      refused.size === 0 ? highest : [highest, ...refused],
    ]);
    return [...others, keyValue(KEY, JSON.stringify(Object.fromEntries(values)))];
  }
}

function parsed(text: string): ReadonlyMap<string, SegmentMark> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null) return new Map();
    return new Map(
      Object.entries(value).flatMap(([segment, numbers]: [string, unknown]) => {
        const [highest, ...refused] = (Array.isArray(numbers) ? numbers : [numbers]) as number[];
        if (![highest, ...refused].every(Number.isSafeInteger)) return [];
        return [[segment, { highest: highest!, refused: new Set(refused) }] as const];
      }),
    );
  } catch {
    return new Map();
  }
}
