import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  fileSource,
  JournalFolder,
  patience,
  PATIENCE_MS,
  rowOf,
} from '../../../test/support/journal-folder.js';
import { within } from '../../../test/support/salver-process.js';
import { ConflictError, UnavailableError } from '../../common/errors/errors.js';
import { DeadLetters } from './dead-letters.js';
import { retryDeadLetters } from './dead-letter-retry.js';
import { Journal } from './journal.js';
import { MAX_REFS } from './source-queue.js';

let folder: JournalFolder;
beforeEach(() => {
  folder = new JournalFolder();
});
afterEach(() => folder.remove());

async function appendAll(...numbers: number[]): Promise<void> {
  const journal = new Journal(folder.options());
  for (const number of numbers) await journal.append('pushes', [rowOf(number)], patience());
  await journal.close();
}

const until = async (ask: () => boolean) => {
  if ((await within(PATIENCE_MS, () => ask() || undefined)) === undefined) throw new Error('it never came');
};

describe('a tailer', () => {
  it('brings what was appended before it started and while it runs into the store, in order, and removes it', async () => {
    await appendAll(1, 2, 3);
    const tailer = await folder.tailer({ batchSize: 100, interval: 600 });
    await until(() => folder.sunk().length === 3);
    const journal = new Journal(folder.options());
    await journal.append('pushes', [rowOf(4)], patience());
    await sleep(100);
    await until(() => tailer.state().entriesWaiting === 1);
    expect(folder.sunkNumbers()).toEqual([1, 2, 3]);
    expect(tailer.state().oldestAgeSeconds).toBeGreaterThan(0.05);
    await journal.close();
    await tailer.stop(PATIENCE_MS);
    expect(folder.sunkNumbers()).toEqual([1, 2, 3, 4]);
    expect(folder.files('.segment')).toEqual([]);
    expect(tailer.state()).toMatchObject({ entriesWaiting: 0, oldestAgeSeconds: 0 });
    expect(folder.observer).toMatchObject({ entries: 4, warnings: [], failures: [] });
  });

  it('waits for the rows of a batch, per source', async () => {
    const tailer = await folder.tailer({ batchSize: 3, interval: 600 });
    const journal = new Journal(folder.options());
    const other = fileSource('other');
    await journal.append('pushes', [rowOf(1), rowOf(1, other)], patience());
    await journal.append('pushes', [rowOf(2)], patience());
    await sleep(150);
    expect(folder.sunk()).toEqual([]);
    await journal.append('pushes', [rowOf(3)], patience());
    await until(() => folder.sunk().length === 3);
    expect(folder.sunk().map(({ source }) => source)).toEqual(['trips', 'trips', 'trips']);
    expect(folder.sink.calls).toHaveLength(1);
    await journal.close();
    await tailer.stop(PATIENCE_MS);
    expect(folder.sunk().at(-1)).toMatchObject({ source: 'other' });
  });

  it('writes what is as old as the interval', async () => {
    const tailer = await folder.tailer({ batchSize: 1000, interval: 1 });
    const journal = new Journal(folder.options());
    const startMs = performance.now();
    await journal.append('pushes', [rowOf(1)], patience());
    await until(() => folder.sunk().length === 1);
    expect(performance.now() - startMs).toBeGreaterThan(900);
    expect(performance.now() - startMs).toBeLessThan(20_000);
    await journal.close();
    await tailer.stop(PATIENCE_MS);
  });

  it.each([
    { batchSize: 0, interval: 600 },
    { batchSize: -1, interval: 600 },
    { batchSize: 100, interval: 0 },
    { batchSize: 100, interval: -5 },
  ])('writes at once with %j', async (batching) => {
    const tailer = await folder.tailer(batching);
    await appendAll(1);
    await until(() => folder.sunk().length === 1);
    expect(folder.sunkNumbers()).toEqual([1]);
    await tailer.stop(PATIENCE_MS);
  });

  it('tries again what the store does not take, with longer and longer waits, and goes on with other sources', async () => {
    let isDown = true;
    folder.sink.failure = (source) =>
      isDown && source.name === 'trips' ? new UnavailableError('it is down') : undefined;
    const tailer = await folder.tailer();
    const journal = new Journal(folder.options());
    for (const number of [1, 2]) {
      await journal.append('pushes', [rowOf(number), rowOf(10 + number, fileSource('other'))], patience());
    }
    await until(() => folder.sunk().length === 2 && folder.observer.failures.length >= 5);
    expect(new Set(folder.observer.failures)).toEqual(new Set(['trips: it is down']));
    isDown = false;
    await until(() => folder.sunk().length === 4);
    expect(folder.sunkNumbers()).toEqual([11, 12, 1, 2]);
    await journal.close();
    await tailer.stop(PATIENCE_MS);
    expect(folder.files('.segment')).toEqual([]);
  });

  it('keeps for the next start what the store does not take at the end', async () => {
    await appendAll(1, 2);
    folder.sink.failure = () => new UnavailableError('it is down');
    const tailer = await folder.tailer({ batchSize: 10, interval: 600 });
    await until(() => folder.observer.failures.length > 0);
    await tailer.stop(PATIENCE_MS);
    expect(folder.sunk()).toEqual([]);
    folder.sink.failure = undefined;
    await folder.replay();
    expect(folder.sunkNumbers()).toEqual([1, 2]);
  });

  it('puts what is refused among the dead letters, and the rest into the store', async () => {
    const journal = new Journal(folder.options());
    await journal.append('pushes', [rowOf(1)], patience());
    await journal.append(
      'pushes',
      [rowOf(2, fileSource('trips'), { refuse: 12345678901234567890n })],
      patience(),
    );
    await journal.append('pushes', [rowOf(3)], patience());
    await journal.close();
    await folder.replay();
    expect(folder.sunkNumbers()).toEqual([1, 3]);
    expect(folder.observer.letters).toEqual(['trips: 1 rows that are not taken']);
    expect(folder.files('.segment')).toEqual([]);
    const [line] = readFileSync(join(folder.directory, 'dead-letters.jsonl'), 'utf8').split('\n');
    expect(line).toMatch(/"reason": "rows that are not taken".*"refuse": \[12345678901234567890\]/);
    expect(line).toMatch(/"pushSource": "pushes".*"uri": "data\/trips.parquet"/);
  });

  it('finds the entry that makes an append fail for good', async () => {
    const broken = (n: number) => n === 5;
    folder.sink.failure = (_source, entries) =>
      entries.some(({ rows }) => broken(rows.columns.get('n')?.[0] as number))
        ? new Error('a bug')
        : undefined;
    await appendAll(...Array.from({ length: 9 }, (_, at) => at));
    const tailer = await folder.tailer({ timing: { isolateAfter: 3 } });
    await until(() => folder.sunk().length === 8);
    await until(() => tailer.state().entriesWaiting === 0);
    expect(folder.sunkNumbers()).toEqual([0, 1, 2, 3, 4, 6, 7, 8]);
    expect(folder.observer.letters).toEqual(['trips: 1 a bug']);
    expect(folder.observer.failures).toHaveLength(3);
    await tailer.stop(PATIENCE_MS);
  });

  it('queues dead letters again, once', async () => {
    const journal = new Journal(folder.options());
    for (const n of [1, 2, 3]) {
      await journal.append('pushes', [rowOf(n, fileSource('trips'), { refuse: true })], patience());
    }
    await journal.close();
    await folder.replay();
    const letters = new DeadLetters(folder.directory);
    const ids = await letters.ids();
    expect(ids).toHaveLength(3);
    expect(await retryDeadLetters(letters, new Set(ids.slice(0, 2)), folder.options())).toBe(2);
    expect(await letters.ids()).toEqual(ids.slice(2));
    await folder.replay();
    // Refused once more, under numbers of their own.
    expect(await letters.ids()).toHaveLength(3);
    expect((await letters.ids()).filter((id) => ids.includes(id))).toEqual(ids.slice(2));
    await letters.remove(new Set(await letters.ids()));
    expect(await letters.ids()).toEqual([]);
  });

  it('shares a journal with no other', async () => {
    const tailer = await folder.tailer();
    await expect(folder.tailer()).rejects.toThrow(ConflictError);
    await expect(folder.tailer()).rejects.toThrow(
      new RegExp(`${folder.directory} is in use \\(process ${process.pid}, since .*journal\\.directory`),
    );
    await tailer.stop(PATIENCE_MS);
    await (await folder.tailer()).stop(PATIENCE_MS);
  });

  it('leaves the segments of another project or repository alone', async () => {
    const journal = new Journal(folder.options({ identity: { project: 'other', repository: '..' } }));
    await journal.append('pushes', [rowOf(1)], patience());
    await journal.close();
    await folder.replay();
    expect(folder.sunk()).toEqual([]);
    expect(folder.files('.segment')).toHaveLength(1);
    expect(folder.observer.warnings).toEqual([
      expect.stringMatching(/is left alone: it belongs to the project other of the repository in \.\./),
    ]);
  });

  it('keeps the order of receipt over segments, for sources that are written to one place', async () => {
    const journals = [new Journal(folder.options()), new Journal(folder.options())];
    const sources = [fileSource('trips'), fileSource('other', { uri: 'data/trips.parquet' })];
    for (let n = 0; n < 20; n++) {
      await journals[n % 2]?.append('pushes', [rowOf(n, sources[n % 3 === 0 ? 1 : 0])], patience());
      // Receipts of different processes are told apart by milliseconds.
      await sleep(2);
    }
    for (const journal of journals) await journal.close();
    await folder.replay();
    expect(folder.sunkNumbers()).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('remembers only so many entries of a source that is down, and stores all of them, once and in order', async () => {
    const count = MAX_REFS + 6000;
    folder.sink.failure = (source) =>
      source.name === 'trips' ? new UnavailableError('it is down') : undefined;
    const tailer = await folder.tailer();
    const journal = new Journal(folder.options({ segmentBytes: 3_000_000 }));
    const append = (n: number) =>
      journal.append(
        'pushes',
        n % 1000 === 0 ? [rowOf(n), rowOf(n, fileSource('other'))] : [rowOf(n)],
        patience(),
      );
    for (let from = 0; from < count; from += 1000) {
      await Promise.all(Array.from({ length: Math.min(1000, count - from) }, (_, at) => append(from + at)));
    }
    await journal.close();
    await until(() => tailer.state().entriesWaiting === count);
    expect(folder.sunkNumbers()).toEqual(Array.from({ length: 26 }, (_, at) => at * 1000));
    folder.sink.failure = undefined;
    await until(() => tailer.state().entriesWaiting === 0);
    await tailer.stop(PATIENCE_MS);
    const trips = folder.sunk().filter(({ source }) => source === 'trips');
    expect(trips.map(({ columns }) => (JSON.parse(columns) as { n: number[] }).n[0])).toEqual(
      Array.from({ length: count }, (_, n) => n),
    );
    expect(folder.files('.segment')).toEqual([]);
    expect(folder.files('.damaged')).toEqual([]);
    expect(folder.observer.warnings).toEqual([]);
  });

  it('gives nothing up when it is told to stop in the middle of an append', async () => {
    await appendAll(1);
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    const slow = new JournalFolder(folder.path);
    const append = slow.sink.append.bind(slow.sink);
    slow.sink.append = async (source, entries) => {
      await promise;
      return append(source, entries);
    };
    const tailer = await slow.tailer();
    await sleep(50);
    const startMs = performance.now();
    await tailer.stop(200);
    expect(performance.now() - startMs).toBeLessThan(10_000);
    // Still in use: the append is under way.
    await expect(folder.tailer()).rejects.toThrow(ConflictError);
    resolve(undefined);
    await until(() => folder.sunk().length === 1);
  });
});
