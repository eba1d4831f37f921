import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  fileSource,
  JournalFolder,
  patience,
  PATIENCE_MS,
  rowOf,
} from '../../../test/support/journal-folder.js';
import { EntryIndex } from './entry-index.js';
import { Journal } from './journal.js';
import { ProgressLog } from './progress-log.js';
import { SegmentSet } from './segment-set.js';
import { SegmentTail } from './segment-tail.js';
import { MAX_REFS, type SourceQueue } from './source-queue.js';

let folder: JournalFolder;
beforeEach(() => {
  folder = new JournalFolder();
});
afterEach(() => folder.remove());

async function openIndex(): Promise<EntryIndex> {
  const { observer } = folder;
  const progress = await ProgressLog.read(folder.directory);
  const segments = new SegmentSet(folder.options(), progress, { observer, onRetired: () => undefined });
  const timing = { batchSize: 0, batchIntervalMs: 0, firstRetryMs: 1, maxRetryMs: 1 };
  return new EntryIndex(segments, progress, { timing, observer, repoDir: folder.path });
}

describe('the entries that wait', () => {
  it('for one place stand in one queue, in their order, however the place is written', async () => {
    const journal = new Journal(folder.options());
    const spellings = ['s3://bucket/dir', 's3://bucket/dir/', 's3://bucket/dir'];
    for (const [at, uri] of spellings.entries()) {
      await journal.append('pushes', [rowOf(at, fileSource('trips', { uri }))], patience());
    }
    await journal.close();
    const tailer = await folder.tailer();
    await tailer.stop(PATIENCE_MS);
    expect(folder.sunkNumbers()).toEqual([0, 1, 2]);
  });

  it('are written though another segment cannot be read, which is told once', async () => {
    const journal = new Journal(folder.options());
    await journal.append('pushes', [rowOf(1)], patience());
    await journal.close();
    const broken = join(folder.directory, '0-broken.segment');
    mkdirSync(broken);
    const tailer = await folder.tailer();
    await vi.waitFor(() => expect(folder.sunkNumbers()).toEqual([1]), PATIENCE_MS);
    await vi.waitFor(() => expect(folder.files('.segment')).toEqual(['0-broken.segment']), PATIENCE_MS);
    await tailer.stop(PATIENCE_MS);
    expect(folder.observer.warnings).toEqual([
      expect.stringMatching(/0-broken\.segment cannot be read or removed, and is tried again: EISDIR/),
    ]);
  });

  it('and are not held are found again after a segment could not be read', async () => {
    const journal = new Journal(folder.options());
    const appends = Array.from({ length: 1000 }, (_, n) => rowOf(n));
    for (let n = 0; n <= MAX_REFS / 1000; n++) await journal.append('pushes', appends, patience());
    await journal.close();
    const index = await openIndex();
    await index.read();
    const [queue] = [...index.queues] as [SourceQueue];
    const take = (): number => {
      queue.hurry();
      let taken = 0;
      for (let refs = queue.take(); refs.length > 0; refs = queue.take()) {
        taken += refs.length;
        queue.settle();
      }
      return taken;
    };
    expect(take()).toBe(MAX_REFS);
    vi.spyOn(SegmentTail.prototype, 'readAgain').mockRejectedValueOnce(new Error('EIO: i/o error, read'));
    await expect(index.refill(queue)).rejects.toThrow('EIO');
    await index.refill(queue);
    expect(take()).toBe(1000);
    expect(queue.waiting).toBe(0);
  });
});
