import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalFolder } from '../../../test/support/journal-folder.js';
import { JournalLock, journalHolder } from './journal-lock.js';

let folder: JournalFolder;
beforeEach(() => {
  folder = new JournalFolder();
});
afterEach(() => folder.remove());

describe('the lock of a journal', () => {
  it('names its holder to others', async () => {
    const lock = await JournalLock.acquire(folder.directory, 0);
    expect(journalHolder(folder.directory)).toMatchObject({ pid: process.pid });
    await expect(JournalLock.acquire(folder.directory, 0)).rejects.toThrow(
      new RegExp(`is in use \\(process ${process.pid}, since 20.+Z\\)`),
    );
    lock.release();
    expect(journalHolder(folder.directory)).toBeUndefined();
  });

  it('can be had later when it could not be told who has it, as on a full disk', async () => {
    const holder = join(folder.directory, 'holder.json');
    mkdirSync(holder, { recursive: true });
    await expect(JournalLock.acquire(folder.directory, 0)).rejects.toThrow('EISDIR');
    rmdirSync(holder);
    (await JournalLock.acquire(folder.directory, 0)).release();
  });
});
