import { type BatchWriter, isPassing } from './batch-writer.js';
import type { EntryRef } from './entry-ref.js';
import type { JournalObserver } from './journal-observer.js';
import type { SourceQueue } from './source-queue.js';

/** Writes batches of queues, and decides what becomes of those that fail. */
export class QueueFlush {
  /** `isolateAfter`: as `TailerTiming`. */
  constructor(
    private readonly writer: BatchWriter,
    private readonly observer: JournalObserver,
    private readonly isolateAfter: number,
  ) {}

  /** One batch of a queue. Never fails: what cannot be written is tried again. */
  async next(queue: SourceQueue): Promise<void> {
    queue.isBusy = true;
    const refs = queue.take();
    try {
      await this.writer.write(refs);
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
    this.observer.flushFailed(refs[0]!.source.source.name, reason, retryInMs);
    if (!isPassing(error) && queue.failures >= this.isolateAfter) queue.isolated = refs.length;
  }

  private async gaveUp(refs: readonly EntryRef[], reason: Error): Promise<boolean> {
    try {
      await this.writer.giveUp(refs, reason.message);
      return true;
    } catch (error) {
      this.observer.warned(`the journal cannot be written: ${messageOf(error)}`);
      return false;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
