import { join } from 'node:path';
import type { OfflinePushBatchingConfig } from '../../common/config/feature-store.js';
import { Deadline } from '../../common/model/deadline.js';
import type { OfflineStoreWriter } from '../offline-store/offline-store-writer.js';
import { BatchWriter, isPassing } from './batch-writer.js';
import { DeadLetters } from './dead-letters.js';
import { finishRetries } from './dead-letter-retry.js';
import type { EntryRef } from './entry-ref.js';
import { EntryIndex } from './entry-index.js';
import { directoryWarning } from './journal-directory.js';
import { JournalLock } from './journal-lock.js';
import type { JournalObserver } from './journal-observer.js';
import type { JournalOptions } from './journal-options.js';
import { directoryBytes } from './journal-room.js';
import { syncDirectory } from './durable-files.js';
import { ProgressLog } from './progress-log.js';
import { SegmentSet } from './segment-set.js';
import type { SourceQueue } from './source-queue.js';

export interface TailerSetup {
  readonly journal: JournalOptions;
  readonly batching: OfflinePushBatchingConfig;
  readonly sink: OfflineStoreWriter;
  readonly observer: JournalObserver;
  readonly timing?: Partial<TailerTiming>;
}

export interface TailerTiming {
  /** Between two looks at the directory. */
  readonly pollMs: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** After so many failures in a row that are not passing, entries are tried one by one, and those that fail given up. */
  readonly isolateAfter: number;
  /** How long another holder of the journal is waited for at start. */
  readonly lockWaitMs: number;
}

const TIMING: TailerTiming = {
  pollMs: 200,
  firstRetryMs: 1000,
  maxRetryMs: 60_000,
  isolateAfter: 8,
  lockWaitMs: 10_000,
};

/** Batches hold their rows in memory. */
const MAX_BATCHES = 4;

/** What waits now. */
export interface JournalState {
  readonly entriesWaiting: number;
  /** Of all files. */
  readonly bytes: number;
  /** 0 when nothing waits. */
  readonly oldestAgeSeconds: number;
}

/** Brings what processes append to the journal into the offline store, in batches per source. */
export class JournalTailer {
  private readonly flushes = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> | undefined;
  private isStopping = false;
  private bytes = 0;
  private lastWarning = '';

  private constructor(
    private readonly setup: TailerSetup,
    private readonly timing: TailerTiming,
    private readonly parts: {
      readonly lock: JournalLock;
      readonly segments: SegmentSet;
      readonly index: EntryIndex;
      readonly writer: BatchWriter;
    },
  ) {}

  /**
   * Takes the journal; what earlier processes left in it is due at once.
   *
   * Errors: ConflictError (another server has it), UnavailableError; those of the file system.
   */
  static async start(setup: TailerSetup): Promise<JournalTailer> {
    const { directory } = setup.journal;
    const timing = { ...TIMING, ...setup.timing };
    const lock = await JournalLock.acquire(directory, timing.lockWaitMs);
    try {
      const tailer = new JournalTailer(setup, timing, { lock, ...(await openParts(setup, timing)) });
      await tailer.parts.index.read();
      for (const queue of tailer.parts.index.queues) queue.hurry();
      tailer.schedule(0);
      return tailer;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Something was appended: it is looked at now. */
  nudge(): void {
    if (this.ticking === undefined && !this.isStopping) this.schedule(0);
  }

  state(): JournalState {
    const queues = [...this.parts.index.queues];
    const oldest = Math.min(...queues.map((queue) => queue.oldestReceiptMs()));
    return {
      entriesWaiting: queues.reduce((sum, { waiting }) => sum + waiting, 0),
      bytes: this.bytes,
      oldestAgeSeconds: Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) / 1000 : 0,
    };
  }

  /**
   * Writes all that waits, each source as long as it takes it, and gives the journal back. What is left is taken up at
   * the next start. After `graceMs` it resolves, whatever is still under way.
   */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    const deadline = Deadline.after(graceMs);
    const drained = this.drain(deadline).then(
      () => true,
      (error: unknown) => this.warn(error),
    );
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), graceMs);
    // While an append is under way nobody else may begin: then the lock goes with the process.
    if ((await Promise.race([drained, late.promise])) !== false) this.parts.lock.release();
    clearTimeout(timer);
  }

  private async drain(deadline: Deadline): Promise<boolean> {
    await this.ticking;
    await Promise.all(this.flushes);
    await this.parts.index.read();
    const queues = [...this.parts.index.queues];
    const drained = await Promise.allSettled(queues.map((queue) => this.drainQueue(queue, deadline)));
    for (const result of drained) if (result.status === 'rejected') this.warn(result.reason);
    await this.parts.segments.retire();
    await this.measure();
    return true;
  }

  private async drainQueue(queue: SourceQueue, deadline: Deadline): Promise<void> {
    queue.forgetDelay();
    const failures = queue.failures;
    while (!deadline.expired && queue.failures <= failures) {
      if (queue.wantsMore) await this.parts.index.refill(queue);
      queue.hurry();
      if (!queue.isDue()) return;
      await this.flush(queue);
    }
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.ticking = this.tick().finally(() => {
        this.ticking = undefined;
        if (!this.isStopping) this.schedule(this.timing.pollMs);
      });
    }, delayMs);
  }

  private async tick(): Promise<void> {
    try {
      await this.parts.index.read();
      for (const queue of this.parts.index.queues) {
        if (queue.wantsMore) await this.parts.index.refill(queue);
        if (this.flushes.size < MAX_BATCHES && queue.isDue()) this.begin(queue);
      }
      await this.parts.segments.retire();
      await this.measure();
      this.lastWarning = '';
    } catch (error) {
      this.warn(error);
    }
  }

  private async measure(): Promise<void> {
    this.bytes = await directoryBytes(this.setup.journal.directory);
  }

  private begin(queue: SourceQueue): void {
    const flush = this.flush(queue).finally(() => {
      this.flushes.delete(flush);
      this.nudge();
    });
    this.flushes.add(flush);
  }

  /** One batch of a queue. Never fails: what cannot be written is tried again. */
  private async flush(queue: SourceQueue): Promise<void> {
    queue.isBusy = true;
    const refs = queue.take();
    try {
      await this.parts.writer.write(refs);
      queue.settle();
    } catch (error) {
      await this.failed(queue, refs, error);
    } finally {
      queue.isBusy = false;
    }
  }

  private async failed(queue: SourceQueue, refs: readonly EntryRef[], error: unknown): Promise<void> {
    const reason = error instanceof Error ? error : new Error(String(error));
    if (queue.isolated > 0 && !isPassing(error) && (await this.gaveUp(refs, reason))) {
      queue.settle();
      return;
    }
    const retryInMs = queue.putBack();
    this.setup.observer.flushFailed(refs[0]!.source.source.name, reason, retryInMs);
    if (!isPassing(error) && queue.failures >= this.timing.isolateAfter) queue.isolated = refs.length;
  }

  private async gaveUp(refs: readonly EntryRef[], reason: Error): Promise<boolean> {
    try {
      await this.parts.writer.giveUp(refs, reason.message);
      return true;
    } catch (error) {
      this.warn(error);
      return false;
    }
  }

  /** Once for the same reason, as long as it lasts. */
  private warn(error: unknown): boolean {
    const message = error instanceof Error ? error.message : String(error);
    if (message !== this.lastWarning)
      this.setup.observer.warned(`the journal cannot be read or written: ${message}`);
    this.lastWarning = message;
    return true;
  }
}

async function openParts(
  { journal, batching, sink, observer }: TailerSetup,
  { firstRetryMs, maxRetryMs }: TailerTiming,
): Promise<{ segments: SegmentSet; index: EntryIndex; writer: BatchWriter }> {
  const { directory } = journal;
  const warning = await directoryWarning(directory);
  if (warning !== undefined) observer.warned(warning);
  const letters = new DeadLetters(directory);
  await finishRetries(letters, directory);
  const progress = await ProgressLog.read(directory);
  const segments = new SegmentSet(journal, progress, {
    observer,
    onRetired: (names) => sink.forget(names),
  });
  // What was removed stays so before it is forgotten that it was done.
  await syncDirectory(directory);
  await progress.keepOnly(await segments.names());
  const timing = {
    batchSize: batching.batchSize,
    batchIntervalMs: batching.batchIntervalSeconds * 1000,
    firstRetryMs,
    maxRetryMs,
  };
  const index = new EntryIndex(segments, progress, {
    timing,
    observer,
    repoDir: join(directory, journal.identity.repository),
  });
  const writer = new BatchWriter({
    sink,
    letters,
    progress,
    observer,
    tail: (segment) => segments.tail(segment),
  });
  return { segments, index, writer };
}
