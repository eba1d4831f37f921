import { describe, expect, it } from 'vitest';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import {
  driverKey,
  errorOf,
  expectedLines,
  int64Value,
  readLines,
} from '../../../../test/support/stored-rows.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { type ContractSuite, NONE } from './contract-suite.contract.js';

export function describeRequests(suite: ContractSuite): void {
  describe('requests and time', () => {
    it('does not mix reads that run at once', async () => {
      const rows = Array.from({ length: 40 }, (_, id) =>
        suite.row({ entityKey: driverKey(id), values: new Map([['trips', int64Value(id)]]) }),
      );
      expect(await suite.differences(suite.plan({}), [[driverKey(0)]], rows)).toEqual(NONE);
      const plan = suite.plan({}, { features: ['never', 'trips'] });
      const keysOf = (read: number) => [[read, 39 - read].map(driverKey), [driverKey((read * 7) % 40)]];
      const reads = Array.from({ length: 40 }, (_, read) => readLines(suite.store, plan, keysOf(read)));
      const found = await Promise.all(reads);
      found.forEach((lines, read) =>
        expect(lines).toEqual(expectedLines(plan, keysOf(read), rows, suite.store)),
      );
    });

    it('gives up at once when the deadline has passed', async () => {
      await suite.harness.seed([suite.row()]);
      const sink = new RecordingSink();
      const error = await errorOf(() =>
        suite.store.read(suite.plan({}), [[driverKey(1001)]], sink, Deadline.after(0)),
      );
      expect(error).toBeInstanceOf(UnavailableError);
      expect(await errorOf(() => suite.store.ping(Deadline.after(0)))).toBeInstanceOf(UnavailableError);
      expect(await readLines(suite.store, suite.plan({}), [[driverKey(1001)]])).toHaveLength(2);
    });

    it('answers a ping', async () => {
      await suite.harness.seed([suite.row()]);
      expect(await suite.store.ping(Deadline.after(10_000))).toBeUndefined();
    });

    it('is unavailable after it was closed', async () => {
      await suite.harness.seed([suite.row()]);
      const closed = await suite.harness.open();
      await closed.close();
      const read = () =>
        closed.read(suite.plan({}), [[driverKey(1001)]], new RecordingSink(), Deadline.after(10_000));
      expect(await errorOf(read)).toBeInstanceOf(UnavailableError);
      expect(await errorOf(() => closed.ping(Deadline.after(10_000)))).toBeInstanceOf(UnavailableError);
    });
  });
}
