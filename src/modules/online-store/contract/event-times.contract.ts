import { describe, expect, it } from 'vitest';
import { driverKey, EVENT_TIME_MICROS } from '../../../../test/support/stored-rows.js';
import { type ContractSuite, NONE } from './contract-suite.contract.js';

export function describeEventTimes(suite: ContractSuite): void {
  describe('event times', () => {
    it.each([
      ['the epoch', 0],
      ['a second after the epoch', 1_000_000],
      ['before the epoch', -86_400_000_000],
      ['half a second before the epoch', -500_000],
      ['long before the epoch', Date.UTC(1901, 11, 13) * 1000],
      ['microseconds', EVENT_TIME_MICROS + 123_456],
      ['milliseconds', EVENT_TIME_MICROS + 999_000],
      ['beyond 32 bits', Date.UTC(2106, 1, 8) * 1000],
      ['the last second of year 9999', 253_402_300_799 * 1_000_000],
    ])('keeps %s to its resolution', async (_, eventTimeMicros) => {
      expect(
        await suite.differences(suite.plan({}), [[driverKey(1001)]], [suite.row({ eventTimeMicros })]),
      ).toEqual(NONE);
    });
  });
}
