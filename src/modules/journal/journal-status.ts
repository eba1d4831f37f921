import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../common/files/durable-files.js';
import { CorruptDataError } from '../../common/errors/errors.js';
import { DeadLetters } from './dead-letters.js';
import { type JournalHolder, journalHolder } from './journal-lock.js';
import type { JournalOptions } from './journal-options.js';
import { directoryBytes } from './journal-room.js';
import { ProgressLog } from './progress-log.js';
import { decodeRecordSummary } from './push-record.codec.js';
import type { SegmentFrame } from './segment-file.js';
import { DAMAGED_SUFFIX, segmentOf } from './segment-names.js';
import { SegmentTail, type TailState } from './segment-tail.js';

export interface SegmentStatus {
  readonly segment: string;
  readonly state: TailState;
  /** Of the process that wrote it. */
  readonly pid: number | undefined;
  readonly bytes: number;
  readonly entries: number;
  readonly waiting: number;
  /** Milliseconds since the epoch; undefined when nothing waits. */
  readonly oldestWaitingMs: number | undefined;
}

export interface JournalStatus {
  readonly holder: JournalHolder | 'unknown' | undefined;
  readonly bytes: number;
  readonly segments: readonly SegmentStatus[];
  readonly deadLetters: number;
  /** Files that are kept because a part of them cannot be read. */
  readonly damaged: readonly string[];
}

/** What is in a journal, also while a server uses it. Errors: those of the file system; UnavailableError. */
export async function readJournalStatus(options: JournalOptions): Promise<JournalStatus> {
  const { directory } = options;
  const names = (await namesIn(directory)).toSorted();
  const progress = await ProgressLog.read(directory);
  const segments: SegmentStatus[] = [];
  for (const segment of names.map(segmentOf)) {
    if (segment === undefined) continue;
    const status = await segmentStatus(new SegmentTail(directory, segment, options.identity), progress);
    if (status.state !== 'gone') segments.push(status);
  }
  return {
    holder: journalHolder(directory),
    bytes: await directoryBytes(directory),
    segments,
    deadLetters: (await new DeadLetters(directory).ids()).length,
    damaged: names.filter((name) => name.endsWith(DAMAGED_SUFFIX)).map((name) => join(directory, name)),
  };
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function segmentStatus(tail: SegmentTail, progress: ProgressLog): Promise<SegmentStatus> {
  const { segment } = tail;
  let oldestWaitingMs: number | undefined;
  await tail.readNew((frame) => {
    if (oldestWaitingMs === undefined && hasWaiting(frame, segment, progress))
      oldestWaitingMs = receiptOf(frame);
  });
  const entries = tail.lastNumber;
  return {
    segment,
    state: tail.state,
    pid: tail.header?.process.pid,
    bytes: tail.bytes,
    entries,
    waiting: entries - progress.countDone(segment, entries),
    oldestWaitingMs,
  };
}

function hasWaiting({ at, next }: SegmentFrame, segment: string, progress: ProgressLog): boolean {
  for (let number = at.number; number < next.number; number++) {
    if (!progress.isDone(segment, number)) return true;
  }
  return false;
}

/** Undefined for a record that cannot be understood. */
function receiptOf(frame: SegmentFrame): number | undefined {
  try {
    return decodeRecordSummary(frame.payload).receivedAtMs;
  } catch (error) {
    if (error instanceof CorruptDataError) return undefined;
    throw error;
  }
}
