import { describe, expect, it } from 'vitest';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { driverKey, errorOf } from '../../../../test/support/stored-rows.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { type ContractSuite, NONE, type StoppableServer } from './contract-suite.contract.js';

export function describeOutage(suite: ContractSuite, server: StoppableServer): void {
  describe('outage', () => {
    it('is unavailable while its server is down, and answers again afterwards', async () => {
      await suite.harness.seed([suite.row()]);
      await server.stop();
      const startMs = performance.now();
      const read = () =>
        suite.store.read(suite.plan({}), [[driverKey(1001)]], new RecordingSink(), Deadline.after(1000));
      expect(await errorOf(read)).toBeInstanceOf(UnavailableError);
      expect(await errorOf(() => suite.store.ping(Deadline.after(1000)))).toBeInstanceOf(UnavailableError);
      expect(performance.now() - startMs).toBeLessThan(4000);
      await server.start();
      await expect
        .poll(() => errorOf(() => suite.store.ping(Deadline.after(1000))), { timeout: 60_000 })
        .toBeUndefined();
      expect(await suite.differences(suite.plan({}), [[driverKey(1001)]], [suite.row()])).toEqual(NONE);
    });
  });
}
