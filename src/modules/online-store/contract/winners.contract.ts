import { describe, expect, it } from 'vitest';
import { driverKey } from '../../../../test/support/stored-rows.js';
import { SECOND, T1, tripsHex } from '../../../../test/support/trip-rows.js';
import type { WriteOutcome } from '../../../common/model/write-batch.js';
import type { WriterSuite } from './writer-suite.contract.js';

const WRITTEN: WriteOutcome = { written: 1, skipped: 0 };
const SKIPPED: WriteOutcome = { written: 0, skipped: 1 };
/** Later than T1 for every store. */
const T2 = T1 + SECOND;

export function describeWinners(suite: WriterSuite): void {
  const trips = async (): Promise<string | undefined> =>
    (await suite.read([driverKey(1001)])).find((line) => line.includes('='))?.slice('0/0 0='.length);

  describe('which row wins', () => {
    it.each<[string, number, number, WriteOutcome]>([
      ['a newer one', T1, T2, WRITTEN],
      ['not an older one', T2, T1, SKIPPED],
      ['not one from before the epoch', T1, -T1, SKIPPED],
      ['a newer one over one from before the epoch', -T1, T1, WRITTEN],
      ['one of the far future', T1, 253_402_300_799 * SECOND, WRITTEN],
      ['nothing over one of the far future', 253_402_300_799 * SECOND, T1, SKIPPED],
    ])('%s', async (_what, before, after, outcome) => {
      await suite.write([{ trips: 1, micros: before }]);
      expect(await suite.write([{ trips: 2, micros: after }])).toEqual(outcome);
      expect(await trips()).toBe(tripsHex(outcome.written === 1 ? 2 : 1));
    });

    it('of equal times the one that Feast keeps', async () => {
      const isFirst = suite.harness.winnerOfEqualTimes === 'first';
      await suite.write([{ trips: 1, micros: T1 }]);
      expect(await suite.write([{ trips: 2, micros: T1 }])).toEqual(isFirst ? SKIPPED : WRITTEN);
      expect(await trips()).toBe(tripsHex(isFirst ? 1 : 2));
    });

    it('within a batch the newest, wherever it stands', async () => {
      const isFirst = suite.harness.winnerOfEqualTimes === 'first';
      const rows = [T1, T2, T1, T2, T1].map((micros, index) => ({ trips: index + 1, micros }));
      const written = isFirst ? 2 : 3;
      expect(await suite.write(rows)).toEqual({ written, skipped: rows.length - written });
      expect(await trips()).toBe(tripsHex(isFirst ? 2 : 4));
    });

    it('none of a batch that is older as a whole', async () => {
      await suite.write([{ trips: 9, micros: T2 + SECOND }]);
      const rows = [T1, T2, T1].map((micros, index) => ({ trips: index + 1, micros }));
      expect(await suite.write(rows)).toEqual({ written: 0, skipped: 3 });
      expect(await trips()).toBe(tripsHex(9));
    });

    it('an empty value over another', async () => {
      await suite.write([{ trips: 1, micros: T1 }]);
      await suite.write([{ trips: null, micros: T2 }]);
      // Stores that cannot tell null from absent report no cell.
      expect((await trips()) ?? '').toBe('');
    });

    it('the last of all with the policy last', async () => {
      await suite.write([{ trips: 9, micros: T2 + SECOND }]);
      const rows = [T2, T1, T2, T1].map((micros, index) => ({ trips: index + 1, micros }));
      expect(await suite.write(rows, { policy: 'last' })).toEqual({ written: 4, skipped: 0 });
      expect(await suite.read([driverKey(1001)])).toEqual([`0/0 0=${tripsHex(4)}`, `0/0 @${T1}`]);
    });

    it('each key for itself', async () => {
      await suite.write([{ trips: 9, micros: T2, driver: 2 }]);
      const rows = [1, 2, 3].map((driver) => ({ trips: driver, micros: T1, driver }));
      expect(await suite.write(rows)).toEqual({ written: 2, skipped: 1 });
      expect((await suite.read([1, 2, 3].map(driverKey))).filter((line) => line.includes('='))).toEqual([
        `0/0 0=${tripsHex(1)}`,
        `0/1 0=${tripsHex(9)}`,
        `0/2 0=${tripsHex(3)}`,
      ]);
    });
  });
}
