import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing, syncDirectory } from '../../common/files/durable-files.js';
import type { JournalObserver } from './journal-observer.js';
import type { JournalOptions } from './journal-options.js';
import type { ProgressLog } from './progress-log.js';
import type { SegmentFrame } from './segment-file.js';
import { DAMAGED_SUFFIX, segmentOf } from './segment-names.js';
import { SegmentTail } from './segment-tail.js';

/** A file without a good beginning may be one that is being made, for so long. */
const UNREADABLE_AFTER_MS = 60_000;

/** All segments of a directory, as they come and go. */
export class SegmentSet {
  private readonly tails = new Map<string, SegmentTail>();
  /** What was said of a segment that is there and cannot be read or removed. */
  private readonly told = new Map<SegmentTail, string>();

  constructor(
    private readonly options: JournalOptions,
    private readonly progress: ProgressLog,
    private readonly events: {
      readonly observer: JournalObserver;
      /** These segments are gone for good. */
      readonly onRetired: (segments: readonly string[]) => void;
    },
  ) {}

  tail(segment: string): SegmentTail | undefined {
    return this.tails.get(segment);
  }

  get all(): Iterable<SegmentTail> {
    return this.tails.values();
  }

  /**
   * Finds new segments and reads what is new in all. One that cannot be read is told of, and keeps no other back.
   *
   * Errors: those of the file system, for the directory.
   */
  async read(visit: (tail: SegmentTail, frame: SegmentFrame) => void): Promise<void> {
    await this.find();
    for (const tail of this.tails.values()) {
      const before = tail.state;
      await this.attempt(tail, () => tail.readNew((frame) => visit(tail, frame)));
      if (tail.state === 'foreign' && before !== 'foreign') {
        this.events.observer.warned(`${tail.path} is left alone: ${tail.reason}`);
      }
    }
  }

  /**
   * Removes segments that nobody writes any more and of which all is done. Errors: those of the file system, for the
   * directory.
   */
  async retire(): Promise<void> {
    const done: SegmentTail[] = [];
    for (const tail of this.tails.values()) {
      await this.attempt(tail, async () => {
        if (!(await this.isDone(tail))) return;
        await this.removeFile(tail);
        done.push(tail);
      });
    }
    if (done.length === 0) return;
    await syncDirectory(this.options.directory);
    for (const { segment } of done) {
      this.told.delete(this.tails.get(segment)!);
      this.tails.delete(segment);
      this.progress.forget(segment);
    }
    this.events.onRetired(done.map(({ segment }) => segment));
  }

  /** Of the files that are there. Errors: those of the file system. */
  async names(): Promise<ReadonlySet<string>> {
    const names = (await readdir(this.options.directory)).toSorted();
    return new Set(names.map(segmentOf).filter((segment) => segment !== undefined));
  }

  private async find(): Promise<void> {
    const { directory, identity } = this.options;
    for (const segment of await this.names()) {
      if (!this.tails.has(segment)) this.tails.set(segment, new SegmentTail(directory, segment, identity));
    }
  }

  /** What goes wrong with one segment is told once, as long as it is the same. */
  private async attempt(tail: SegmentTail, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.told.get(tail) === reason) return;
      this.told.set(tail, reason);
      this.events.observer.warned(`${tail.path} cannot be read or removed, and is tried again: ${reason}`);
    }
  }

  private async isDone(tail: SegmentTail): Promise<boolean> {
    const { state, segment, lastNumber } = tail;
    if (state === 'gone') return true;
    if (state === 'ended') return this.progress.countDone(segment, lastNumber) === lastNumber;
    if (state === 'foreign' || tail.header !== undefined) return false;
    return (await ageMs(tail.path)) > UNREADABLE_AFTER_MS;
  }

  private async removeFile(tail: SegmentTail): Promise<void> {
    if (tail.state === 'gone') return;
    const isKept = tail.isDamaged || (await tail.holdsMore());
    if (!isKept) return unlinkFile(tail.path);
    const kept = join(dirname(tail.path), tail.segment + DAMAGED_SUFFIX);
    await rename(tail.path, kept);
    this.events.observer.warned(
      `a part of ${tail.path} is damaged, and what is behind it cannot be stored; it is kept as ${kept}`,
    );
  }
}

async function unlinkFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function ageMs(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return Number.POSITIVE_INFINITY;
    throw error;
  }
}
