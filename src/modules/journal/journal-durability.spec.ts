import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { JournalFolder, patience, rowOf } from '../../../test/support/journal-folder.js';
import { errorOf } from '../../../test/support/stored-rows.js';
import { UnavailableError } from '../../common/errors/errors.js';
import { Journal } from './journal.js';
import { readJournalStatus } from './journal-status.js';

// A process that is killed loses nothing that it wrote, synced or not: only the order tells what a power failure leaves.

let folder: JournalFolder;
let journal: Journal;
beforeEach(async () => {
  folder = new JournalFolder();
  journal = new Journal(folder.options());
  // So that the segment is there.
  await journal.append('pushes', [rowOf(1)], patience());
});
afterEach(async () => {
  vi.restoreAllMocks();
  await journal.close();
  folder.remove();
});

/** What all files of this process have in common. */
async function fileHandles(): Promise<FileHandle> {
  const handle = await open(segmentPath(), 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

const segmentPath = (): string => join(folder.directory, folder.files('.segment')[0] as string);

it('a push is acknowledged after its bytes are on the disk, not before', async () => {
  const sync = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const before = readFileSync(segmentPath()).length;
  vi.spyOn(await fileHandles(), 'datasync').mockImplementation(() => {
    sizes.push(readFileSync(segmentPath()).length);
    return sync.promise;
  });
  let isAcknowledged = false;
  const append = journal.append('pushes', [rowOf(2)], patience()).then(() => (isAcknowledged = true));
  await vi.waitFor(() => expect(sizes).toHaveLength(1), 60_000);
  expect(sizes[0]).toBeGreaterThan(before);
  await sleep(100);
  expect(isAcknowledged).toBe(false);
  sync.resolve();
  await append;
});

it('a push whose bytes the disk does not take is not acknowledged, and not there', async () => {
  const failure = Object.assign(new Error('EIO: i/o error, fdatasync'), {
    code: 'EIO',
    syscall: 'fdatasync',
  });
  vi.spyOn(await fileHandles(), 'datasync').mockRejectedValueOnce(failure);
  const error = await errorOf(() => journal.append('pushes', [rowOf(2)], patience()));
  expect(error).toBeInstanceOf(UnavailableError);
  expect(String(error)).toContain('EIO');
  await journal.append('pushes', [rowOf(3)], patience());
  const { segments } = await readJournalStatus(folder.options());
  expect(segments.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(2);
});
