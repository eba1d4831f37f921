import { CorruptDataError, UnavailableError } from '../../common/errors/errors.js';
import type { OfflineEntry, OfflineStoreWriter } from '../offline-store/offline-store-writer.js';
import type { DeadLetter } from './dead-letter.codec.js';
import type { DeadLetters } from './dead-letters.js';
import type { EntryRef } from './entry-ref.js';
import type { JournalObserver } from './journal-observer.js';
import type { ProgressLog } from './progress-log.js';
import { decodeColumns } from './push-record.codec.js';
import type { SegmentTail } from './segment-tail.js';

/** Entries that stand so close together are read at once. */
const SPAN_BYTES = 1024 * 1024;

/** Where a batch comes from and goes to. */
export interface BatchPlaces {
  readonly sink: OfflineStoreWriter;
  readonly letters: DeadLetters;
  readonly progress: ProgressLog;
  readonly observer: JournalObserver;
  readonly tail: (segment: string) => SegmentTail | undefined;
}

interface LoadedEntry {
  readonly ref: EntryRef;
  readonly entry: OfflineEntry;
}

interface Refusal {
  readonly loaded: LoadedEntry;
  readonly reason: string;
}

/**
 * Gives a batch to the offline store, refused entries to the dead letters, and then records durably that it is done.
 * After a crash in between the same entries are given again: of each source those of its last append alone.
 */
export class BatchWriter {
  constructor(private readonly places: BatchPlaces) {}

  /** Errors: those of the offline store and of the file system; then nothing is recorded. */
  async write(refs: readonly EntryRef[]): Promise<void> {
    const { sink, observer } = this.places;
    const loaded = await this.load(refs);
    const source = refs[0]!.source.source;
    const refused =
      loaded.length === 0
        ? []
        : await sink.append(
            source,
            loaded.map(({ entry }) => entry),
          );
    await this.finish(
      refs,
      refused.map(({ index, error }) => ({ loaded: loaded[index]!, reason: error.message })),
    );
    const entries = loaded.length - refused.length;
    const rows = loaded.reduce((sum, { entry }) => sum + entry.rows.rows, 0);
    const lost = refused.reduce((sum, { index }) => sum + loaded[index]!.entry.rows.rows, 0);
    if (entries > 0) observer.stored(source.name, entries, rows - lost);
  }

  /** Gives up on a batch. Errors: those of the file system. */
  async giveUp(refs: readonly EntryRef[], reason: string): Promise<void> {
    const loaded = await this.load(refs);
    await this.finish(
      refs,
      loaded.map((one) => ({ loaded: one, reason })),
    );
  }

  private async finish(refs: readonly EntryRef[], refusals: readonly Refusal[]): Promise<void> {
    const { letters, progress, observer } = this.places;
    if (refusals.length > 0) {
      await letters.add(refusals.map(letterOf));
      observer.deadLettered(refs[0]!.source.source.name, refusals.length, refusals[0]!.reason);
    }
    const numbers = new Map<string, number[]>();
    for (const { segment, number } of refs) {
      const list = numbers.get(segment);
      if (list === undefined) numbers.set(segment, [number]);
      else list.push(number);
    }
    await progress.record(numbers);
  }

  /** What cannot be read any more is left out; its segment is kept. */
  private async load(refs: readonly EntryRef[]): Promise<readonly LoadedEntry[]> {
    const loaded: LoadedEntry[] = [];
    const bySegment = Map.groupBy(refs, ({ segment }) => segment);
    for (const [segment, members] of bySegment) loaded.push(...(await this.loadFrom(segment, members)));
    // The order of the batch, which is that of the receipt.
    const place = new Map(refs.map((ref, at) => [ref, at]));
    return loaded.toSorted((a, b) => place.get(a.ref)! - place.get(b.ref)!);
  }

  private async loadFrom(segment: string, refs: readonly EntryRef[]): Promise<readonly LoadedEntry[]> {
    const tail = this.places.tail(segment);
    const loaded: LoadedEntry[] = [];
    const found = await tail?.inFile(async (file) => {
      for (const span of spansOf(refs)) {
        const start = span[0]!.offset;
        const bytes = await file.slice(start, endOf(span.at(-1)!) - start);
        for (const ref of span) {
          const entry = decodeEntry(ref, bytes.subarray(ref.offset - start, endOf(ref) - start));
          if (entry !== undefined) loaded.push({ ref, entry });
          else this.lose(tail, `entry ${ref.number} of ${tail.path} cannot be read; the file is kept`);
        }
      }
      return true;
    });
    if (found === undefined)
      this.lose(tail, `the segment ${segment} was removed before all of it was stored`);
    return loaded;
  }

  private lose(tail: SegmentTail | undefined, message: string): void {
    if (tail !== undefined) tail.isDamaged = true;
    this.places.observer.warned(message);
  }
}

/** Entries that are read together. Shape: `refs` in the order of the segment. */
function spansOf(refs: readonly EntryRef[]): EntryRef[][] {
  const spans: EntryRef[][] = [];
  for (const ref of refs) {
    const span = spans.at(-1);
    if (span !== undefined && endOf(ref) - span[0]!.offset <= SPAN_BYTES) span.push(ref);
    else spans.push([ref]);
  }
  return spans;
}

function endOf({ offset, bytes }: EntryRef): number {
  return offset + bytes;
}

function decodeEntry(ref: EntryRef, bytes: Buffer): OfflineEntry | undefined {
  try {
    const rows = decodeColumns(bytes.toString('utf8'), ref.rows);
    return { id: { segment: ref.segment, number: ref.number }, rows };
  } catch (error) {
    if (error instanceof CorruptDataError) return undefined;
    throw error;
  }
}

function letterOf({ loaded: { ref, entry }, reason }: Refusal): DeadLetter {
  return {
    id: `${ref.segment}/${ref.number}`,
    reason,
    receivedAt: new Date(ref.receivedAtMs).toISOString(),
    refusedAt: new Date().toISOString(),
    pushSource: ref.pushSource,
    source: ref.source.source,
    rows: entry.rows,
  };
}

/** Whether the same may succeed later: a store that is down, a disk that is full, a directory that may not be written. */
export function isPassing(error: unknown): boolean {
  return error instanceof UnavailableError || (error instanceof Error && 'syscall' in error);
}
