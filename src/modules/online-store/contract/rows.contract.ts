import { describe, expect, it } from 'vitest';
import { driverKey, EVENT_TIME_MICROS, int64Value } from '../../../../test/support/stored-rows.js';
import { type ContractSuite, NONE } from './contract-suite.contract.js';

export function describeRows(suite: ContractSuite): void {
  describe('what is there', () => {
    it('finds nothing in an empty store', async () => {
      expect(await suite.read(suite.plan({}), [[driverKey(1001)]], [])).toEqual([]);
    });

    it('finds one row: its time and its value', async () => {
      const lines = await suite.read(suite.plan({}), [[driverKey(1001)]], [suite.row()]);
      expect(lines).toEqual(['0/0 0=2007', `0/0 @${EVENT_TIME_MICROS}`]);
    });

    it('finds the rows that are there among keys that are not', async () => {
      const keys = [5, 1001, 6, 1003, 1002, 7].map(driverKey);
      const rows = [1001, 1002, 1003].map((id) =>
        suite.row({ entityKey: driverKey(id), values: new Map([['trips', int64Value(id)]]) }),
      );
      expect(await suite.differences(suite.plan({}), [keys], rows)).toEqual(NONE);
    });

    it('reports no cell for a feature that was never written', async () => {
      const plan = suite.plan({ features: ['never', 'trips', 'Trips', 'trip', 'trips2'] });
      const lines = await suite.read(plan, [[driverKey(1001)]], [suite.row()]);
      expect(lines.filter((line) => line.includes('='))).toEqual(['0/0 1=2007']);
    });

    it('knows a row by features that nobody asks for', async () => {
      expect(
        await suite.differences(suite.plan({ features: ['never'] }), [[driverKey(1001)]], [suite.row()]),
      ).toEqual(NONE);
      expect(
        await suite.differences(suite.plan({ features: [] }), [[driverKey(1001)]], [suite.row()]),
      ).toEqual(NONE);
    });

    it('reports a stored null as a cell without bytes', async () => {
      const values = new Map([
        ['trips', null],
        ['rating', int64Value(4)],
        ['last', null],
      ]);
      const features = ['rating', 'trips', 'never', 'last'];
      expect(
        await suite.differences(suite.plan({ features }), [[driverKey(1001)]], [suite.row({ values })]),
      ).toEqual(NONE);
      const onlyNulls = suite.row({ entityKey: driverKey(2), values: new Map([['trips', null]]) });
      expect(await suite.differences(suite.plan({ features }), [[driverKey(2)]], [onlyNulls])).toEqual(NONE);
    });

    it('leaves out what nobody asked for, however often it is read', async () => {
      const values = new Map(Array.from({ length: 300 }, (_, index) => [`f${index}`, int64Value(index)]));
      const rows = [1, 2, 3].map((id) => suite.row({ entityKey: driverKey(id), values }));
      const plan = suite.plan({ features: ['f299', 'f0', 'f17'] });
      for (let read = 0; read < 3; read++) {
        expect(await suite.differences(plan, [[3, 4, 1].map(driverKey)], rows)).toEqual(NONE);
      }
    });

    it('reports a feature at each place where the plan names it', async () => {
      const plan = suite.plan({ features: ['trips', 'never', 'trips', 'trips'] });
      expect(await suite.differences(plan, [[driverKey(1001)]], [suite.row()])).toEqual(NONE);
    });

    it('sees what is written between two reads', async () => {
      const plan = suite.plan({});
      expect(await suite.differences(plan, [[driverKey(1001)]], [suite.row()])).toEqual(NONE);
      const newer = {
        values: new Map([['trips', int64Value(8)]]),
        eventTimeMicros: EVENT_TIME_MICROS + 5e6,
      };
      const lines = await suite.read(plan, [[driverKey(1001)]], [suite.row(newer)]);
      expect(lines).toEqual(['0/0 0=2008', `0/0 @${EVENT_TIME_MICROS + 5e6}`]);
    });
  });
}
