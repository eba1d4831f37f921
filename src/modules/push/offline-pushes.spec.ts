import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource, JournalFolder, patience, rowOf } from '../../../test/support/journal-folder.js';
import { InvalidRequestError, InvalidValueError, UnavailableError } from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import { Deadline } from '../../common/model/deadline.js';
import { Journal } from '../journal/journal.js';
import { OfflineRowChecker, type OfflineRows } from '../offline-store/offline-store-writer.js';
import { DirectOfflinePushes } from './direct-offline-pushes.js';
import { JournalledOfflinePushes } from './journalled-offline-pushes.js';

/** A source with a name of its own that takes a column `n` alone. */
class NarrowChecker extends OfflineRowChecker {
  override check(source: DataSource, rows: OfflineRows): Promise<void> {
    const others = [...rows.columns.keys()].filter((name) => name !== 'n');
    if (others.length === 0) return Promise.resolve();
    return Promise.reject(new InvalidRequestError(`${source.name} has no column ${others[0]}`));
  }
}

let folder: JournalFolder;
beforeEach(() => {
  folder = new JournalFolder();
});
afterEach(() => folder.remove());

const two = { pushSource: 'pushes', appends: [rowOf(1), rowOf(1, fileSource('other'))] };
const refused = { pushSource: 'pushes', appends: [rowOf(1), rowOf(2, fileSource('other'), { refuse: 1 })] };

describe('DirectOfflinePushes', () => {
  const make = () => new DirectOfflinePushes(new NarrowChecker(), folder.sink);

  it('has the rows in the store when it answers', async () => {
    await make().check(two, patience());
    expect(await make().store(two, patience())).toBe('stored');
    // Sources do not wait for each other.
    expect(
      folder
        .sunk()
        .map(({ source }) => source)
        .toSorted(),
    ).toEqual(['other', 'trips']);
  });

  it('tells what does not fit any source', async () => {
    await expect(make().check(refused, patience())).rejects.toThrow('other has no column refuse');
  });

  it('answers rows that the store refuses as values that do not fit', async () => {
    await expect(make().store(refused, patience())).rejects.toThrow(InvalidValueError);
  });

  it('answers a store that is down, and a disk that is full, as unavailable', async () => {
    folder.sink.failure = () => new UnavailableError('it is down');
    await expect(make().store(two, patience())).rejects.toThrow(UnavailableError);
    folder.sink.failure = () =>
      Object.assign(new Error('ENOSPC: no space left on device, write'), {
        syscall: 'write',
        code: 'ENOSPC',
      });
    await expect(make().store(two, patience())).rejects.toThrow(UnavailableError);
    folder.sink.failure = () => new TypeError('a bug');
    await expect(make().store(two, patience())).rejects.toThrow(TypeError);
  });

  it('waits no longer than until the deadline', async () => {
    folder.sink.append = () => new Promise(() => undefined);
    await expect(make().store(two, Deadline.after(30))).rejects.toThrow(/did not answer in time/);
  });
});

describe('JournalledOfflinePushes', () => {
  it('waits for a look at a source no longer than until the deadline', async () => {
    class SlowChecker extends OfflineRowChecker {
      override check(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const pushes = new JournalledOfflinePushes(new SlowChecker(), new Journal(folder.options()));
    await expect(pushes.check(two, Deadline.after(30))).rejects.toThrow(UnavailableError);
  });

  it('has all appends of a push on disk when it answers, and refuses what the checker refuses', async () => {
    const journal = new Journal(folder.options());
    const pushes = new JournalledOfflinePushes(new NarrowChecker(), journal);
    await pushes.check(two, patience());
    await expect(pushes.check(refused, patience())).rejects.toThrow(InvalidValueError);
    expect(await pushes.store(two, patience())).toBe('queued');
    expect(folder.sunk()).toEqual([]);
    await journal.close();
    await folder.replay();
    // Sources do not wait for each other.
    expect(
      folder
        .sunk()
        .map(({ source }) => source)
        .toSorted(),
    ).toEqual(['other', 'trips']);
  });
});
