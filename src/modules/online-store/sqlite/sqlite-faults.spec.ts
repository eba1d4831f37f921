import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { SqliteStoreFolder } from '../../../../test/support/sqlite-store-folder.js';
import { SqliteWriter } from '../../../../test/support/sqlite-writer.js';
import {
  driverKey,
  errorOf,
  EVENT_TIME_MICROS,
  int64Value,
  readLines,
  readPlan,
} from '../../../../test/support/stored-rows.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';

let folder: SqliteStoreFolder;
let writer: SqliteWriter | undefined;

beforeEach(() => {
  folder = new SqliteStoreFolder();
});
afterEach(async () => {
  await writer?.kill();
  await folder.remove();
});

const start = (role: 'lock' | 'spill' | 'stream', argument: string): SqliteWriter => {
  writer = SqliteWriter.start(role, folder.path, argument);
  return writer;
};
const read = (): Promise<string[]> => readLines(folder.store, folder.plan, folder.keys);

describe('a locked file', () => {
  it('is read when the lock is gone, and the event loop never waits for it', async () => {
    folder.fill([folder.row(7)]);
    await read();
    const locker = start('lock', '1500');
    await locker.said('locked');

    let worstLagMs = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      worstLagMs = Math.max(worstLagMs, performance.now() - lastMs);
      lastMs = performance.now();
    }, 5);
    const startMs = performance.now();
    const sink = new RecordingSink();
    const waiting = folder.store.read(folder.plan, folder.keys, sink, Deadline.after(30_000));
    expect(waiting).toBeInstanceOf(Promise);
    const others = Array.from({ length: 20 }, read);
    await waiting;
    const waitedMs = performance.now() - startMs;
    expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, () => folder.found(7)));
    clearInterval(timer);

    expect(sink.lines()).toEqual(folder.found(7));
    expect(waitedMs).toBeGreaterThan(200);
    expect(worstLagMs).toBeLessThan(750);
    await locker.said('released');
  });

  it('is waited for when it is locked before the first read', async () => {
    folder.fill([folder.row(7)]);
    await start('lock', '100').said('locked');
    expect(await read()).toEqual(folder.found(7));
  });

  it('is unavailable when the deadline comes first', async () => {
    folder.fill([folder.row(7)]);
    await start('lock', '60000').said('locked');
    const startMs = performance.now();
    expect(await folder.failure(folder.plan, 200)).toBeInstanceOf(UnavailableError);
    const waitedMs = performance.now() - startMs;
    expect(waitedMs).toBeGreaterThan(190);
    expect(waitedMs).toBeLessThan(10_000);
    expect(await errorOf(() => folder.store.ping(Deadline.after(50)))).toBeInstanceOf(UnavailableError);
  });

  it('is given up when the store is closed', async () => {
    folder.fill([folder.row(7)]);
    await start('lock', '60000').said('locked');
    const waiting = folder.failure(folder.plan, 60_000);
    await folder.store.close();
    expect(await waiting).toBeInstanceOf(UnavailableError);
  });
});

describe('a writer that was killed', () => {
  it('leaves a journal behind, which the first reader rolls back', async () => {
    const rows = Array.from({ length: 4000 }, (_, id) => folder.row(id, { entityKey: driverKey(id) }));
    folder.fill(rows);
    const killed = start('spill', 'drivers_stats');
    await killed.said('spilled');
    await killed.kill();
    // The fault is real: there is a journal, and a connection that may not write cannot read.
    expect(statSync(`${folder.path}-journal`).size).toBeGreaterThan(statSync(folder.path).size / 10);
    const readOnly = new DatabaseSync(folder.path, { readOnly: true });
    expect(() => readOnly.prepare('SELECT count(*) FROM drivers_stats').get()).toThrow(
      /readonly|unable to open/,
    );
    readOnly.close();

    const lines = await readLines(folder.store, folder.plan, [rows.map(({ entityKey }) => entityKey)]);
    const expected = rows.flatMap((_, id) => [
      `0/${id} @${EVENT_TIME_MICROS}`,
      `0/${id} 0=${Buffer.from(int64Value(id)).toString('hex')}`,
    ]);
    expect(lines).toEqual(expected.toSorted());
    expect(existsSync(`${folder.path}-journal`)).toBe(false);
  });
});

describe('a writer beside the reader', () => {
  it.each(['WAL', 'DELETE'])('never shows a part of its transaction (journal_mode %s)', async (mode) => {
    const features = ['a', 'b', 'c', 'd'];
    const views = ['one', 'two'].map((viewName) => ({ viewName, features }));
    const ids = [1, 2, 3];
    const first = Buffer.from('20808000', 'hex');
    const rows = views.flatMap(({ viewName }) =>
      ids.map((id) =>
        folder.row(0, {
          viewName,
          entityKey: driverKey(id),
          values: new Map(features.map((feature) => [feature, first])),
        }),
      ),
    );
    folder.fill(rows, { setting: `PRAGMA journal_mode=${mode}` });
    await start('stream', 'drivers_one,drivers_two').said('streaming');

    const plan = readPlan('drivers', ...views);
    const keys = views.map(() => ids.map(driverKey));
    const states = new Set<string>();
    const startMs = performance.now();
    const isOver = (): boolean => {
      const goneMs = performance.now() - startMs;
      return (goneMs > 1000 && states.size > 2) || goneMs > 60_000;
    };
    while (!isOver()) {
      const lines = await readLines(folder.store, plan, keys);
      expect(lines).toHaveLength(2 * 3 * 5);
      // One value and one time in all cells and rows of both views.
      const seen = [...new Set(lines.map((line) => line.slice(line.search(/[=@]/))))];
      expect(seen).toHaveLength(2);
      states.add(seen.join(' '));
      await sleep(1);
    }
    expect(states.size).toBeGreaterThan(2);
  });
});
