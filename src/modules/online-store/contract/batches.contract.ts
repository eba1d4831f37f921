import { describe, expect, it } from 'vitest';
import { driverKey, errorOf, EVENT_TIME_MICROS, int64Value } from '../../../../test/support/stored-rows.js';
import { SECOND, soon, T1, tripsHex } from '../../../../test/support/trip-rows.js';
import { InvalidValueError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { WriterSuite } from './writer-suite.contract.js';

export function describeBatches(suite: WriterSuite): void {
  const stored = (trips: number | null, row = 0): string[] => [
    `0/${row} 0=${trips === null ? '' : tripsHex(trips)}`,
    `0/${row} @${EVENT_TIME_MICROS}`,
  ];

  describe('what is written', () => {
    it('is found under its key, and under no other', async () => {
      expect(await suite.write([{ trips: 7, micros: T1 }])).toEqual({ written: 1, skipped: 0 });
      expect(await suite.read([1000, 1001, 1002].map(driverKey))).toEqual(stored(7, 1));
    });

    it('of a version is found there, and in no other version', async () => {
      await suite.write([{ trips: 7, micros: T1 }]);
      await suite.write([{ trips: 8, micros: T1 }], { version: 3 });
      expect(await suite.read([driverKey(1001)])).toEqual(stored(7));
      expect(await suite.read([driverKey(1001)], { version: 3 })).toEqual(stored(8));
    });

    it('of a view stands beside that of other views of the entity', async () => {
      await suite.write([{ trips: 7, micros: T1 }]);
      await suite.write([{ trips: 8, micros: T1 }], { viewName: 'other "view"' });
      expect(await suite.read([driverKey(1001)])).toEqual(stored(7));
      expect(await suite.read([driverKey(1001)], { viewName: 'other "view"' })).toEqual(stored(8));
    });

    it('of a project stands beside that of others', async () => {
      await suite.write([{ trips: 7, micros: T1 }]);
      await suite.write([{ trips: 8, micros: T1 }], { project: `x${suite.project}` });
      expect(await suite.read([driverKey(1001)])).toEqual(stored(7));
    });

    it('replaces features that the batch has, and leaves others alone', async () => {
      const features = ['trips', 'kept'];
      await suite.write([{ trips: 1, micros: T1 }], {
        features,
        values: [[int64Value(1)], [int64Value(5)]],
      });
      await suite.write([{ trips: 2, micros: T1 + SECOND }]);
      expect(await suite.read([driverKey(1001)], { features })).toEqual([
        `0/0 0=${tripsHex(2)}`,
        `0/0 1=${tripsHex(5)}`,
        expect.stringMatching(/^0\/0 @/),
      ]);
    });

    it.each(['newest', 'last'] as const)('may be a very wide view, with the policy %s', async (policy) => {
      const features = Array.from({ length: 9000 }, (_, index) => `feature_${index}`);
      const values = features.map((_, index) => [int64Value(index)]);
      const changes = { features, values, policy };
      expect(await suite.write([{ trips: 0, micros: T1 }], changes)).toEqual({ written: 1, skipped: 0 });
      const lines = await suite.read([driverKey(1001)], { features });
      expect(lines).toEqual(
        [
          ...features.map((_, index) => `0/0 ${index}=${tripsHex(index)}`),
          `0/0 @${EVENT_TIME_MICROS}`,
        ].toSorted(),
      );
    });

    it('may be many rows', async () => {
      const count = 2600;
      const rows = Array.from({ length: count }, (_, driver) => ({ trips: driver, micros: T1, driver }));
      expect(await suite.write(rows)).toEqual({ written: count, skipped: 0 });
      const keys = rows.map(({ driver }) => driverKey(driver));
      expect(await suite.read(keys)).toEqual(rows.flatMap(({ driver }) => stored(driver, driver)).toSorted());
    });

    it('may be nothing', async () => {
      await suite.write([{ trips: 7, micros: T1 }]);
      expect(await suite.write([])).toEqual({ written: 0, skipped: 0 });
      expect(await suite.read([driverKey(1001)])).toEqual(stored(7));
    });
  });

  describe('what is not written', () => {
    it.each([Number.NaN, 0.5, 253_402_300_800 * SECOND, -62_135_596_801 * SECOND])(
      'is a batch with the event time %d',
      async (micros) => {
        await suite.write([{ trips: 7, micros: T1 }]);
        const rows = [
          { trips: 8, micros: T1 + SECOND },
          { trips: 2, micros, driver: 2 },
        ];
        expect(await errorOf(() => suite.write(rows))).toBeInstanceOf(InvalidValueError);
        expect(await suite.read([1001, 2].map(driverKey))).toEqual(stored(7));
      },
    );

    it('is a batch for which there is no time', async () => {
      await suite.write([{ trips: 7, micros: T1 }]);
      const batch = suite.batch([{ trips: 8, micros: T1 + SECOND }]);
      const error = await errorOf(() => suite.writer.write(batch, Deadline.after(0)));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(await suite.read([driverKey(1001)])).toEqual(stored(7));
    });

    it('is a batch for a writer that is closed', async () => {
      const writer = await suite.harness.openWriter();
      await writer.write(suite.batch([{ trips: 7, micros: T1 }]), soon());
      await writer.close();
      const batch = suite.batch([{ trips: 8, micros: T1 + SECOND }]);
      expect(await errorOf(() => writer.write(batch, soon()))).toBeInstanceOf(UnavailableError);
      expect(await suite.read([driverKey(1001)])).toEqual(stored(7));
    });
  });

  it('batches of many rows have a size', () => {
    for (const featureCount of [0, 1, 10, 1000, 100_000]) {
      const rows = suite.writer.rowsPerBatch(featureCount);
      expect(Number.isInteger(rows) && rows >= 100 && rows <= 10_000).toBe(true);
    }
  });
}
