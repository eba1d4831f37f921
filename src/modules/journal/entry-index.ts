import { CorruptDataError } from '../../common/errors/errors.js';
import type { EntryRef } from './entry-ref.js';
import type { JournalObserver } from './journal-observer.js';
import type { ProgressLog } from './progress-log.js';
import { decodeRecordSummary } from './push-record.codec.js';
import type { SegmentFrame } from './segment-file.js';
import type { SegmentSet } from './segment-set.js';
import type { SegmentTail } from './segment-tail.js';
import { type QueueTiming, SourceQueue } from './source-queue.js';
import { SourceRegister } from './source-register.js';

/** Which entries wait, by where they go. */
export class EntryIndex {
  private readonly byKey = new Map<string, SourceQueue>();
  private readonly register: SourceRegister;

  constructor(
    private readonly segments: SegmentSet,
    private readonly progress: ProgressLog,
    private readonly options: {
      readonly timing: QueueTiming;
      readonly observer: JournalObserver;
      readonly repoDir: string;
    },
  ) {
    this.register = new SourceRegister(options.repoDir);
  }

  get queues(): Iterable<SourceQueue> {
    return this.byKey.values();
  }

  /** Takes in what is new in the segments. Errors: those of the file system. */
  async read(): Promise<void> {
    await this.segments.read((tail, frame) => {
      for (const ref of this.waitingEntries(tail, frame)) this.queueOf(ref.source.key).offer(ref, frame.at);
    });
  }

  /** Takes in entries that a queue had no room for. Errors: those of the file system; what is not held stays known. */
  async refill(queue: SourceQueue): Promise<void> {
    for (const segment of queue.overflow.keys()) {
      if (queue.isFull) return;
      await this.refillFrom(segment, queue);
    }
  }

  private async refillFrom(segment: string, queue: SourceQueue): Promise<void> {
    const { overflow } = queue;
    const tail = this.segments.tail(segment);
    const start = overflow.get(segment)!;
    await tail?.readAgain(start.at, (frame) => {
      const { from } = overflow.get(segment)!;
      for (const ref of this.waitingEntries(tail, frame)) {
        if (ref.source.key !== queue.key || ref.number < from) continue;
        if (queue.isFull) {
          overflow.set(segment, { at: frame.at, from: ref.number });
          return false;
        }
        queue.hold(ref);
      }
      overflow.set(segment, { at: frame.next, from: 0 });
      return true;
    });
    if (!queue.isFull) overflow.delete(segment);
  }

  private queueOf(key: string): SourceQueue {
    let queue = this.byKey.get(key);
    if (queue === undefined) this.byKey.set(key, (queue = new SourceQueue(key, this.options.timing)));
    return queue;
  }

  private waitingEntries(tail: SegmentTail, frame: SegmentFrame): readonly EntryRef[] {
    try {
      return this.entriesOf(tail, frame).filter(({ number }) => !this.progress.isDone(tail.segment, number));
    } catch (error) {
      if (!(error instanceof CorruptDataError)) throw error;
      return this.passOver(tail, frame, error);
    }
  }

  private entriesOf({ segment }: SegmentTail, frame: SegmentFrame): EntryRef[] {
    const { pushSource, buffer, receivedAtMs, appends } = decodeRecordSummary(frame.payload);
    if (appends.length !== frame.count)
      throw new CorruptDataError('A record with more or fewer appends than it says');
    return appends.map(({ sourceText, rows, columnsAt, columnsBytes }, index) => ({
      segment,
      number: frame.at.number + index,
      receivedAtMs,
      pushSource: this.register.name(pushSource),
      buffer: this.register.name(buffer),
      source: this.register.source(sourceText),
      rows,
      offset: frame.payloadAt + columnsAt,
      bytes: columnsBytes,
    }));
  }

  /** A frame that is intact and cannot be understood: the segment is kept for a person, never removed. */
  private passOver(tail: SegmentTail, frame: SegmentFrame, error: Error): readonly EntryRef[] {
    if (!tail.isDamaged) {
      const { number } = frame.at;
      this.options.observer.warned(`entry ${number} of ${tail.path} is kept there: ${error.message}`);
    }
    tail.isDamaged = true;
    return [];
  }
}
