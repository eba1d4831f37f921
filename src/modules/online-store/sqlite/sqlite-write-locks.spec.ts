import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteWriteFolder, tripRow, tripRows } from '../../../../test/support/sqlite-write-folder.js';
import { errorOf } from '../../../../test/support/stored-rows.js';
import { soon, tripsHex } from '../../../../test/support/trip-rows.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';

let folder: SqliteWriteFolder;

beforeEach(() => {
  folder = new SqliteWriteFolder();
});
afterEach(() => folder.remove());

describe('a file that somebody else has locked', () => {
  it('is waited for, and the process goes on', async () => {
    const writer = folder.writer();
    await writer.write(tripRow(1), soon());
    const locker = folder.start('lock', '1200');
    await locker.said('locked');
    let lastTick = performance.now();
    let worstLagMs = 0;
    const timer = setInterval(() => {
      worstLagMs = Math.max(worstLagMs, performance.now() - lastTick);
      lastTick = performance.now();
    }, 5);
    const startMs = performance.now();
    expect(await writer.write(tripRow(2), soon())).toEqual({ written: 1, skipped: 0 });
    clearInterval(timer);
    expect(performance.now() - startMs).toBeGreaterThan(100);
    expect(worstLagMs).toBeLessThan(600);
    expect(await folder.found()).toEqual([tripsHex(2)]);
  });

  it('is unavailable when the deadline comes first, for all who wait', async () => {
    const writer = folder.writer();
    await writer.write(tripRow(1), soon());
    await folder.start('lock', '60000').said('locked');
    const startMs = performance.now();
    const errors = await Promise.all(
      [2, 3, 4].map((trips) => errorOf(() => writer.write(tripRow(trips), Deadline.after(200)))),
    );
    expect(performance.now() - startMs).toBeLessThan(20_000);
    for (const error of errors) expect(error).toBeInstanceOf(UnavailableError);
    expect(String(errors[0])).toMatch(/locked by others until the time was up; nothing was stored/);
  });

  it('is given up when the writer is closed', async () => {
    const writer = folder.writer();
    await writer.write(tripRow(1), soon());
    await folder.start('lock', '60000').said('locked');
    const waiting = errorOf(() => writer.write(tripRow(2), Deadline.after(60_000)));
    await sleep(20);
    await writer.close();
    expect(await waiting).toBeInstanceOf(UnavailableError);
  });

  it('by a reader is written when the reader is done, and readers that come later see it', async () => {
    const writer = folder.writer();
    await writer.write(tripRow(1), soon());
    const reader = new DatabaseSync(folder.path);
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM peer_stats').all();
    const writing = writer.write(tripRow(2), soon());
    await sleep(50);
    reader.exec('COMMIT');
    expect(await writing).toEqual({ written: 1, skipped: 0 });
    reader.close();
    expect(await folder.found()).toEqual([tripsHex(2)]);
  });
});

describe('the deadline', () => {
  it('is kept within a large batch, of which nothing stays', async () => {
    const writer = folder.writer();
    await writer.write(tripRow(1), soon());
    const startMs = performance.now();
    const batch = tripRows(200_000);
    const preparedMs = performance.now() - startMs;
    const error = await errorOf(() => writer.write(batch, Deadline.after(150 + preparedMs)));
    expect(error).toBeInstanceOf(UnavailableError);
    const database = new DatabaseSync(folder.path);
    expect(database.prepare('SELECT count(*) AS n FROM peer_stats').get()).toEqual({ n: 1 });
    database.close();
    expect(await writer.write(tripRow(2), soon())).toEqual({ written: 1, skipped: 0 });
  });

  it('leaves the process to others meanwhile', async () => {
    const writer = folder.writer();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await writer.write(tripRows(20_000), soon());
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });
});

describe('a writer that was killed', () => {
  it('leaves a journal behind, which the next writer rolls back', async () => {
    const writer = folder.writer();
    await writer.write(tripRows(4000), soon());
    await writer.close();
    const killed = folder.start('spill', 'peer_stats');
    await killed.said('spilled');
    await killed.kill();
    expect(existsSync(`${folder.path}-journal`)).toBe(true);
    await folder.writer().write(tripRow(5), soon());
    expect(existsSync(`${folder.path}-journal`)).toBe(false);
    const database = new DatabaseSync(folder.path);
    expect(database.prepare("SELECT count(*) AS n FROM peer_stats WHERE value = x'20637265'").get()).toEqual({
      n: 0,
    });
    database.close();
  });
});
