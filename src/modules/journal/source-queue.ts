import { compareEntries, type EntryRef } from './entry-ref.js';
import type { SegmentPosition } from './segment-file.js';

/** Entries that are known one by one. Of further ones only where they begin is known: memory is bounded. */
export const MAX_REFS = 20_000;
/** Of one append. */
const MAX_BATCH_ENTRIES = 5000;
const MAX_BATCH_BYTES = 32 * 1024 * 1024;

export interface QueueTiming {
  /** Rows; 0 or less: no entry waits for others. */
  readonly batchSize: number;
  readonly batchIntervalMs: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
}

/** Where the entries of a segment begin that the queue does not hold. */
export interface Overflow {
  readonly at: SegmentPosition;
  /** Entries of the frame with smaller numbers are in the queue, or were. */
  readonly from: number;
}

/** The entries for one place of the offline store that wait to be written, in the order of their receipt. */
export class SourceQueue {
  /** Entries that are not done, held or not. */
  waiting = 0;
  /** An append is under way, or its outcome is being recorded. */
  isBusy = false;
  /** Failures in a row. */
  failures = 0;
  /** So many entries are written one by one, to find those that nothing can be done about. */
  isolated = 0;
  readonly overflow = new Map<string, Overflow>();
  private refs: EntryRef[] = [];
  private taken: readonly EntryRef[] = [];
  private isSorted = true;
  /** Of the entries that are held, by buffer. */
  private readonly rowsOf = new Map<string, number>();
  /** So many of the first entries are to be written without waiting for others. */
  private due = 0;
  private retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly key: string,
    private readonly timing: QueueTiming,
  ) {}

  /** A new entry. `at`: where its frame begins. */
  offer(ref: EntryRef, at: SegmentPosition): void {
    this.waiting++;
    if (this.overflow.size === 0 && this.refs.length < MAX_REFS) this.hold(ref);
    else if (!this.overflow.has(ref.segment)) this.overflow.set(ref.segment, { at, from: ref.number });
  }

  /** Room for entries that were not held. */
  get wantsMore(): boolean {
    return this.overflow.size > 0 && this.refs.length < MAX_REFS / 2;
  }

  get isFull(): boolean {
    return this.refs.length >= MAX_REFS;
  }

  /** An entry that was offered before, and is not held. */
  hold(ref: EntryRef): void {
    const last = this.refs.at(-1);
    if (last !== undefined && compareEntries(last, ref) > 0) this.isSorted = false;
    this.refs.push(ref);
    this.count([ref], 1);
  }

  /** Everything that is held is written as soon as it can be. */
  hurry(): void {
    this.due = this.refs.length;
  }

  /** Also when it failed a moment ago. */
  forgetDelay(): void {
    this.retryAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Whether there is something to write now. */
  isDue(): boolean {
    if (this.isBusy || this.refs.length === 0 || performance.now() < this.retryAtMs) return false;
    if (this.due === 0 && this.isBatchComplete()) this.due = this.refs.length;
    return this.due > 0;
  }

  private isBatchComplete(): boolean {
    const { batchSize, batchIntervalMs } = this.timing;
    if (this.overflow.size > 0 || [...this.rowsOf.values()].some((rows) => rows >= batchSize)) return true;
    // A receipt far ahead is one from before the clock was set back.
    return Math.abs(Date.now() - this.oldestReceiptMs()) >= batchIntervalMs;
  }

  /** The next entries to write, when it is due: of one source, in order. They stay in the queue's care until `settle` or `putBack`. */
  take(): readonly EntryRef[] {
    this.sort();
    this.taken = this.refs.splice(0, this.batchLength());
    this.count(this.taken, -1);
    this.due = Math.max(0, this.due - this.taken.length);
    return this.taken;
  }

  private batchLength(): number {
    const source = this.refs[0]?.source;
    const most = this.isolated > 0 ? 1 : Math.min(this.due, MAX_BATCH_ENTRIES);
    let [count, bytes] = [0, 0];
    for (const ref of this.refs) {
      bytes += ref.bytes;
      if (count >= most || ref.source !== source || (count > 0 && bytes > MAX_BATCH_BYTES)) break;
      count++;
    }
    return count;
  }

  /** What was taken is done with. */
  settle(): void {
    this.waiting -= this.taken.length;
    this.isolated = Math.max(0, this.isolated - this.taken.length);
    this.taken = [];
    this.failures = 0;
  }

  /** What was taken is to be tried again. Shape: answers in how many milliseconds. */
  putBack(): number {
    const { firstRetryMs, maxRetryMs } = this.timing;
    this.refs = [...this.taken, ...this.refs];
    this.isSorted = false;
    this.count(this.taken, 1);
    this.due += this.taken.length;
    this.taken = [];
    const delayMs = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(this.failures++, 20));
    // Half of it at random: sources that fail together are not tried together.
    const jitteredMs = Math.round(delayMs * (0.5 + Math.random() / 2));
    this.retryAtMs = performance.now() + jitteredMs;
    return jitteredMs;
  }

  /** Milliseconds since the epoch; infinite when nothing waits. */
  oldestReceiptMs(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const ref of this.taken) oldest = Math.min(oldest, ref.receivedAtMs);
    if (this.isSorted) return Math.min(oldest, this.refs[0]?.receivedAtMs ?? oldest);
    for (const ref of this.refs) oldest = Math.min(oldest, ref.receivedAtMs);
    return oldest;
  }

  private count(refs: readonly EntryRef[], sign: 1 | -1): void {
    for (const { buffer, rows } of refs) {
      const left = (this.rowsOf.get(buffer) ?? 0) + sign * rows;
      if (left === 0) this.rowsOf.delete(buffer);
      else this.rowsOf.set(buffer, left);
    }
  }

  private sort(): void {
    if (!this.isSorted) this.refs.sort(compareEntries);
    this.isSorted = true;
  }
}
