import { PayloadTooLargeError, UnavailableError } from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import { makeDurableDirectory } from './durable-files.js';
import { JournalRoom } from './journal-room.js';
import type { JournalOptions } from './journal-options.js';
import { encodePushRecord, type RecordedAppend } from './push-record.codec.js';
import { type FramePayload, SegmentWriter } from './segment-writer.js';

/** Of one write and sync: what arrives meanwhile shares the next one. */
const MAX_GROUP_BYTES = 32 * 1024 * 1024;
/** What waits for the disk in memory. */
const MAX_WAITING_BYTES = 128 * 1024 * 1024;
/** An idle process does not keep a segment open that is written to the offline store already. */
const MAX_OPEN_MS = 30_000;

interface Waiting {
  readonly payload: FramePayload;
  readonly settle: PromiseWithResolvers<void>;
  /** Nobody waits for it any more, and it was not begun. */
  dropped: boolean;
  begun: boolean;
}

/**
 * The journal of offline pushes, as a process that serves sees it: appends to a segment of its own, which is made at
 * the first push.
 */
export class Journal {
  private readonly room: JournalRoom;
  private segment: SegmentWriter | undefined;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | undefined;
  private ending: NodeJS.Timeout | undefined;
  private lastReceivedAtMs = 0;
  private closed = false;

  constructor(private readonly options: JournalOptions) {
    this.room = new JournalRoom(options.directory, options.maxBytes);
  }

  /**
   * Writes the appends of one push, all or none. They are on disk when it resolves. Pushes of one `buffer` count
   * together for the size of a batch.
   *
   * Errors: UnavailableError (the disk fails or is full, the journal is full, or `deadline` passed: then they may be in
   *         the journal or not); PayloadTooLargeError.
   */
  async append(
    pushSource: string,
    appends: readonly RecordedAppend[],
    deadline: Deadline,
    buffer = pushSource,
  ): Promise<void> {
    if (appends.length === 0) return;
    if (this.closed) throw new UnavailableError('The server is stopping');
    // Within a segment times never go back, so that the order of its entries is that of their times.
    this.lastReceivedAtMs = Math.max(Date.now(), this.lastReceivedAtMs);
    const bytes = encodePushRecord({ pushSource, buffer, receivedAtMs: this.lastReceivedAtMs, appends });
    this.refuseTooLarge(bytes.length);
    if (this.waiting.length > 0 && this.waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      throw new UnavailableError('Offline pushes come faster than the disk of the journal takes them');
    }
    const entry: Waiting = {
      payload: { count: appends.length, bytes },
      settle: Promise.withResolvers(),
      dropped: false,
      begun: false,
    };
    this.waiting.push(entry);
    this.waitingBytes += bytes.length;
    this.running ??= this.run();
    await until(entry, deadline);
  }

  /** Writes what waits, and ends the segment. No appends are taken any more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    await this.endSegment();
  }

  private refuseTooLarge(bytes: number): void {
    const { maxBytes } = this.options;
    if (bytes <= maxBytes) return;
    throw new PayloadTooLargeError(
      `The push takes ${bytes} bytes, which is more than the journal may hold (journal.max_bytes: ${maxBytes})`,
    );
  }

  private async run(): Promise<void> {
    for (let group = this.takeGroup(); group.length > 0; group = this.takeGroup()) {
      try {
        await this.write(group.map(({ payload }) => payload));
        for (const { settle } of group) settle.resolve();
      } catch (error) {
        const failure = asUnavailable(error, this.options.directory);
        for (const { settle } of group) settle.reject(failure);
      }
    }
    this.running = undefined;
  }

  private takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    let bytes = 0;
    let taken = 0;
    for (const entry of this.waiting) {
      const size = entry.payload.bytes.length;
      if (group.length > 0 && bytes + size > MAX_GROUP_BYTES) break;
      taken++;
      this.waitingBytes -= size;
      if (entry.dropped) continue;
      entry.begun = true;
      group.push(entry);
      bytes += size;
    }
    this.waiting = this.waiting.slice(taken);
    return group;
  }

  private async write(payloads: readonly FramePayload[]): Promise<void> {
    await this.makeRoom(payloads.reduce((sum, { bytes }) => sum + bytes.length, 0));
    const segment = await this.openSegment();
    try {
      await segment.append(payloads);
    } catch (error) {
      // Not written again to another segment: the first copy may have been seen, and would count twice.
      this.forgetSegment();
      await segment.abandon();
      throw error;
    }
    if (segment.bytes >= this.options.segmentBytes) await this.endSegment();
  }

  private async makeRoom(bytes: number): Promise<void> {
    try {
      await this.room.take(bytes);
    } catch (error) {
      // It may hold nothing any more that is waited for, and is removed only when it has ended.
      if (error instanceof UnavailableError) await this.endSegment();
      throw error;
    }
  }

  private async openSegment(): Promise<SegmentWriter> {
    if (this.segment !== undefined) return this.segment;
    const { directory, identity } = this.options;
    await makeDurableDirectory(directory);
    this.segment = await SegmentWriter.create(directory, identity);
    this.endLater();
    return this.segment;
  }

  /** By age, between two writes. */
  private endLater(): void {
    this.ending = setTimeout(() => {
      if (this.running === undefined) this.running = this.endSegment().then(() => this.run());
      else this.endLater();
    }, MAX_OPEN_MS).unref();
  }

  private async endSegment(): Promise<void> {
    const ended = this.forgetSegment();
    // What is durable stays so: at worst the end is noticed only when this process ends.
    await ended?.seal().catch(() => undefined);
  }

  private forgetSegment(): SegmentWriter | undefined {
    const { segment } = this;
    clearTimeout(this.ending);
    this.segment = undefined;
    return segment;
  }
}

async function until(entry: Waiting, deadline: Deadline): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    entry.dropped = !entry.begun;
    const state = entry.begun ? 'it may be stored or not' : 'nothing was stored';
    late.reject(new UnavailableError(`The disk of the journal did not answer in time: ${state}`));
  }, deadline.remainingMs());
  try {
    await Promise.race([entry.settle.promise, late.promise]);
  } finally {
    clearTimeout(timer);
    entry.settle.promise.catch(() => undefined);
  }
}

function asUnavailable(error: unknown, directory: string): UnavailableError {
  if (error instanceof UnavailableError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new UnavailableError(`The journal in ${directory} cannot be written: ${reason}`, { cause: error });
}
