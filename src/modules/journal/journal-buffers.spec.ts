import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { JournalFolder, patience, PATIENCE_MS, rowOf } from '../../../test/support/journal-folder.js';
import { Journal } from './journal.js';

it('counts the rows of each buffer for itself, as Feast does, and writes all of them when one is full', async () => {
  const folder = new JournalFolder();
  const tailer = await folder.tailer({ batchSize: 2, interval: 600 });
  const journal = new Journal(folder.options());
  await journal.append('pushes', [rowOf(1)], patience(), 'one');
  await journal.append('pushes', [rowOf(2)], patience(), 'other');
  await sleep(150);
  expect(folder.sunk()).toEqual([]);
  await journal.append('pushes', [rowOf(3)], patience(), 'one');
  await vi.waitFor(() => expect(folder.sunk()).toHaveLength(3), PATIENCE_MS);
  expect(folder.sunkNumbers()).toEqual([1, 2, 3]);
  await journal.close();
  await tailer.stop(PATIENCE_MS);
  folder.remove();
});
