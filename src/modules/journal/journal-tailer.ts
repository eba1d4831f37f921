import { Deadline } from '../../common/model/deadline.js';
import { JournalLock } from './journal-lock.js';
import { directoryBytes } from './journal-room.js';
import type { SourceQueue } from './source-queue.js';
import {
  openTailerParts,
  TAILER_TIMING,
  type TailerParts,
  type TailerSetup,
  type TailerTiming,
} from './tailer-parts.js';

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
    private readonly parts: TailerParts & { readonly lock: JournalLock },
  ) {}

  /**
   * Takes the journal; what earlier processes left in it is due at once.
   *
   * Errors: ConflictError (another server has it), UnavailableError; those of the file system.
   */
  static async start(setup: TailerSetup): Promise<JournalTailer> {
    const { directory } = setup.journal;
    const timing = { ...TAILER_TIMING, ...setup.timing };
    const lock = await JournalLock.acquire(directory, timing.lockWaitMs);
    try {
      const tailer = new JournalTailer(setup, timing, { lock, ...(await openTailerParts(setup, timing)) });
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
      await this.parts.flush.next(queue);
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
    const flush = this.parts.flush.next(queue).finally(() => {
      this.flushes.delete(flush);
      this.nudge();
    });
    this.flushes.add(flush);
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
