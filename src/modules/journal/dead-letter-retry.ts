import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../../common/files/durable-files.js';
import { CorruptDataError } from '../../common/errors/errors.js';
import type { DeadLetter } from './dead-letter.codec.js';
import type { DeadLetters } from './dead-letters.js';
import type { JournalOptions } from './journal-options.js';
import { decodeRecordSummary, encodePushRecord } from './push-record.codec.js';
import { SegmentFile } from './segment-file.js';
import { PENDING_SUFFIX, SEGMENT_SUFFIX } from './segment-names.js';
import { SegmentWriter } from './segment-writer.js';

/**
 * Queues dead letters again, each exactly once, wherever it is interrupted: they are written as a segment that does not
 * count yet; then they are taken out of the letters, in one step; then the segment counts.
 *
 * Shape:  answers how many there were; those of `ids` that are no letters are passed over.
 * Errors: those of the file system; UnavailableError (the letters are in use).
 */
export async function retryDeadLetters(
  letters: DeadLetters,
  ids: ReadonlySet<string>,
  { directory, identity }: JournalOptions,
): Promise<number> {
  return letters.locked(async () => {
    await finish(letters, directory);
    let pending: SegmentWriter | undefined;
    let count = 0;
    // One time for all: the order of a segment is that of its times.
    const receivedAtMs = Date.now();
    for await (const letter of letters.read()) {
      if (!ids.has(letter.id)) continue;
      pending ??= await SegmentWriter.create(directory, identity, PENDING_SUFFIX);
      await pending.append([{ count: 1, bytes: recordOf(letter, receivedAtMs) }]);
      count++;
    }
    if (pending === undefined) return 0;
    await pending.seal();
    await letters.rewriteWithout(ids);
    await makeCount(directory, pending.segment);
    return count;
  });
}

/** Ends what an interrupted retry began. Errors: those of the file system; UnavailableError (the letters are in use). */
export async function finishRetries(letters: DeadLetters, directory: string): Promise<void> {
  if ((await pendingSegments(directory)).length === 0) return;
  await letters.locked(() => finish(letters, directory));
}

async function finish(letters: DeadLetters, directory: string): Promise<void> {
  for (const segment of await pendingSegments(directory)) {
    const first = await firstLetter(join(directory, segment + PENDING_SUFFIX), segment);
    if (first !== undefined && !(await letters.ids()).includes(first)) await makeCount(directory, segment);
    else await rm(join(directory, segment + PENDING_SUFFIX), { force: true });
  }
}

async function pendingSegments(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => name.endsWith(PENDING_SUFFIX))
    .map((name) => name.slice(0, -PENDING_SUFFIX.length));
}

async function makeCount(directory: string, segment: string): Promise<void> {
  await rename(join(directory, segment + PENDING_SUFFIX), join(directory, segment + SEGMENT_SUFFIX));
  await syncDirectory(directory);
}

/** Undefined when there is none: then no letter was taken out. */
async function firstLetter(path: string, segment: string): Promise<string | undefined> {
  const file = await SegmentFile.open(path, segment);
  try {
    const header = await file?.header();
    if (file === undefined || header?.kind !== 'header') return undefined;
    const frame = await file.frameAt({ offset: header.bytes, number: 1 }, await file.bytes());
    return frame === undefined ? undefined : decodeRecordSummary(frame.payload).letter;
  } catch (error) {
    if (error instanceof CorruptDataError) return undefined;
    throw error;
  } finally {
    await file?.close();
  }
}

function recordOf({ id, pushSource, source, rows }: DeadLetter, receivedAtMs: number): Buffer {
  return encodePushRecord({ pushSource, receivedAtMs, letter: id, appends: [{ source, rows }] });
}
