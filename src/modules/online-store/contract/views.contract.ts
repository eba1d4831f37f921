import { describe, expect, it } from 'vitest';
import { driverKey, EVENT_TIME_MICROS, int64Value, readPlan } from '../../../../test/support/stored-rows.js';
import { type ContractSuite, NONE } from './contract-suite.contract.js';

export function describeViews(suite: ContractSuite): void {
  describe('views', () => {
    it('reads many views at once', async () => {
      const views = Array.from({ length: 130 }, (_, index) => ({
        viewName: `view${index}`,
        features: [`a${index}`, 'b'],
      }));
      const rows = views.flatMap(({ viewName, features: [own = ''] }, index) =>
        [1, 2, 3].map((id) =>
          suite.row({
            viewName,
            entityKey: driverKey(id),
            values: new Map([
              ['b', int64Value(id)],
              [own, int64Value(1000 * index + id)],
            ]),
          }),
        ),
      );
      const shared = [3, 9, 1].map(driverKey);
      const keys = views.map((_, index) => (index % 2 === 0 ? shared : [driverKey(2), driverKey(index % 5)]));
      expect(await suite.differences(suite.plan(...views), keys, rows)).toEqual(NONE);
    });

    it('keeps versions apart', async () => {
      const rows = [0, 1, 2, 12].map((version) =>
        suite.row({
          version,
          values: new Map([['trips', int64Value(version)]]),
          eventTimeMicros: EVENT_TIME_MICROS + version * 1e6,
        }),
      );
      const versions = [2, 0, 12, 3, 1];
      const plan = suite.plan(...versions.map((version) => ({ version })));
      const lines = await suite.read(
        plan,
        versions.map(() => [driverKey(1001)]),
        rows,
      );
      expect(lines.filter((line) => line.includes('='))).toEqual([
        '0/0 0=2002',
        '1/0 0=2000',
        '2/0 0=200c',
        '4/0 0=2001',
      ]);
    });

    it('keeps projects apart', async () => {
      const other = `${suite.project}other`;
      const rows = [suite.row(), suite.row({ project: other, values: new Map([['trips', int64Value(99)]]) })];
      expect(await suite.differences(suite.plan({}), [[driverKey(1001)]], rows)).toEqual(NONE);
      expect(await suite.differences(readPlan(other, {}), [[driverKey(1001)]], rows)).toEqual(NONE);
    });

    it('reads a view twice, with other features and other keys', async () => {
      const values = new Map([
        ['a', int64Value(1)],
        ['b', int64Value(2)],
      ]);
      const rows = [1, 2].map((id) => suite.row({ entityKey: driverKey(id), values }));
      const plan = suite.plan({ features: ['b', 'a'] }, { features: ['a'] }, { features: ['b', 'a'] });
      const both = [1, 2].map(driverKey);
      expect(await suite.differences(plan, [both, [driverKey(2)], both], rows)).toEqual(NONE);
    });

    it('reads no row of a view without keys, and none of a plan without views', async () => {
      const plan = suite.plan({}, { viewName: 'other' }, {});
      const rows = [suite.row(), suite.row({ viewName: 'other' })];
      expect(await suite.differences(plan, [[driverKey(1001)], [], [driverKey(1001)]], rows)).toEqual(NONE);
      expect(await suite.differences(plan, [[], [], []], rows)).toEqual(NONE);
      expect(await suite.differences(suite.plan(), [], rows)).toEqual(NONE);
    });
  });
}
