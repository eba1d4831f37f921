import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runSeed, SeededRandom } from '../../../../test/support/random.js';
import { driverKey, errorOf, int64Value } from '../../../../test/support/stored-rows.js';
import { SECOND, T1, tripsHex } from '../../../../test/support/trip-rows.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import type { WriterSuite } from './writer-suite.contract.js';

const WRITERS = 4;
const DRIVERS = 8;
const BATCHES = 200;
const FEATURES = ['conv', 'trips'];

interface Row {
  readonly driver: number;
  /** Seconds after T1, and the value of both features: whoever mixes two rows is found out. */
  readonly offset: number;
}

export function describeConcurrentWrites(suite: WriterSuite): void {
  describe('writers at the same time', () => {
    it('leave the newest row of each key, whole, and never go back', async () => {
      const seed = runSeed();
      const random = new SeededRandom(seed);
      const batches = Array.from({ length: BATCHES }, () =>
        Array.from({ length: random.integer(1, 12) }, () => ({
          driver: random.integer(0, DRIVERS - 1),
          offset: random.integer(1, 3000),
        })),
      );
      // So that there is something to read from the beginning.
      await suite.writer.write(batchOf(suite.project, [{ driver: 0, offset: 0 }]), Deadline.after(20_000));
      const writers = await Promise.all(Array.from({ length: WRITERS }, () => suite.open()));
      let isDone = false;
      const watching = watch(suite, () => isDone, seed);
      const outcomes = await Promise.all(
        writers.map(async (writer, first) => {
          const mine: WriteOutcome[] = [];
          for (let index = first; index < batches.length; index += WRITERS) {
            mine.push(
              await writer.write(batchOf(suite.project, batches[index] ?? []), Deadline.after(20_000)),
            );
          }
          return mine;
        }),
      ).finally(() => (isDone = true));
      expect(await watching).toBeGreaterThan(DRIVERS);

      const newest = new Map<number, number>();
      for (const { driver, offset } of batches.flat()) {
        newest.set(driver, Math.max(newest.get(driver) ?? 0, offset));
      }
      const expected = [...newest].flatMap(([driver, offset]) => linesOf(driver, offset));
      expect(await readAll(suite), `seed ${seed}`).toEqual(expected.toSorted());
      const counted = outcomes.flat().reduce((sum, { written, skipped }) => sum + written + skipped, 0);
      expect(counted).toBe(batches.flat().length);
    });
  });
}

const readAll = (suite: WriterSuite): Promise<string[]> =>
  suite.read(
    Array.from({ length: DRIVERS }, (_, driver) => driverKey(driver)),
    { features: FEATURES },
  );

/** Reads again and again; returns how often. */
async function watch(suite: WriterSuite, isDone: () => boolean, seed: number): Promise<number> {
  const last = new Map<number, number>();
  let looks = 0;
  const error = await errorOf(async () => {
    for (; !isDone(); looks++) {
      const lines = await readAll(suite);
      for (let driver = 0; driver < DRIVERS; driver++) {
        const own = lines.filter((line) => line.startsWith(`0/${driver} `));
        if (own.length === 0) continue;
        const time = Number(own.find((line) => line.includes('@'))?.split('@')[1]);
        const offset = (time - T1) / SECOND;
        expect(own, `seed ${seed}`).toEqual(linesOf(driver, offset));
        expect(offset, `seed ${seed}`).toBeGreaterThanOrEqual(last.get(driver) ?? 0);
        last.set(driver, offset);
      }
      await nextTurn();
    }
  });
  if (error !== undefined) throw error;
  return looks;
}

function linesOf(driver: number, offset: number): string[] {
  const cells = FEATURES.map((_, field) => `0/${driver} ${field}=${tripsHex(offset)}`);
  return [...cells, `0/${driver} @${T1 + offset * SECOND}`];
}

function batchOf(project: string, rows: readonly Row[]): WriteBatch {
  const values = rows.map(({ offset }) => int64Value(offset));
  return {
    project,
    viewName: 'stats',
    version: 0,
    features: FEATURES,
    keys: rows.map(({ driver }) => driverKey(driver)),
    values: [values, values],
    eventTimesMicros: rows.map(({ offset }) => T1 + offset * SECOND),
    createdTimesMicros: undefined,
    policy: 'newest',
  };
}
