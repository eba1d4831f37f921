import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driverKey, EVENT_TIME_MICROS, int64Value, readPlan } from '../../../../test/support/stored-rows.js';
import { type ContractSuite, NONE } from './contract-suite.contract.js';

export function describeKeysNamesAndSizes(suite: ContractSuite): void {
  describe('keys, names and sizes', () => {
    it('tells entity keys apart byte by byte', async () => {
      const keys = ['00', '0000', 'ff', 'ff00', '22', '5c', '27', '0001', '2c', '5d22'].map((hex) =>
        Buffer.concat([driverKey(1), Buffer.from(hex, 'hex')]),
      );
      const long = Buffer.concat([driverKey(1), Buffer.alloc(10_000, 0xe9)]);
      const all = [...keys, driverKey(1), long];
      const rows = all.map((entityKey, index) =>
        suite.row({ entityKey, values: new Map([['trips', int64Value(index)]]) }),
      );
      expect(await suite.differences(suite.plan({}), [all.toReversed()], rows)).toEqual(NONE);
    });

    const NAMES = [
      'Größe',
      '特徴量',
      'mood 😀',
      'it\'s "quoted"',
      '100%',
      'back\\slash',
      'a:b',
      'a,b',
      '{a}',
      '__proto__',
      'constructor',
      'line\nbreak\ttab',
      'select',
      ' ',
      '?1',
      '$1',
      '\u007f\u0001\u2028',
    ];

    it('takes any name for a feature', async () => {
      const values = new Map(NAMES.map((feature, index) => [feature, int64Value(index)]));
      expect(
        await suite.differences(
          suite.plan({ features: NAMES }),
          [[driverKey(1001)]],
          [suite.row({ values })],
        ),
      ).toEqual(NONE);
      const few = suite.plan({ features: NAMES.slice(2, 5) });
      const many = Array.from({ length: 200 }, (_, index): [string, Uint8Array] => [
        `f${index}`,
        int64Value(index),
      ]);
      const wide = suite.row({ viewName: 'wide', values: new Map([...many, ...values]) });
      const plan = { ...few, views: few.views.map((view) => ({ ...view, viewName: 'wide' })) };
      for (let read = 0; read < 2; read++)
        expect(await suite.differences(plan, [[driverKey(1001)]], [wide])).toEqual(NONE);
    });

    it('takes any name for a view', async () => {
      const rows = NAMES.map((viewName, index) =>
        suite.row({ viewName, values: new Map([['trips', int64Value(index)]]) }),
      );
      const plan = suite.plan(...NAMES.map((viewName) => ({ viewName })));
      expect(
        await suite.differences(
          plan,
          NAMES.map(() => [driverKey(1001)]),
          rows,
        ),
      ).toEqual(NONE);
    });

    it('reads values of megabytes between small ones', async () => {
      const large = Buffer.alloc(3 << 20);
      for (let index = 0; index < large.length; index++) large[index] = (index * 31) ^ (index >> 8);
      const values = new Map([
        ['small', int64Value(1)],
        ['large', large],
        ['after', int64Value(2)],
      ]);
      const rows = [1, 2].map((id) => suite.row({ entityKey: driverKey(id), values }));
      const keys = [[driverKey(1), driverKey(3), driverKey(2)]];
      expect(
        await suite.differences(suite.plan({ features: ['after', 'large', 'small'] }), keys, rows),
      ).toEqual(NONE);
      for (let read = 0; read < 2; read++)
        expect(await suite.differences(suite.plan({ features: ['small'] }), keys, rows)).toEqual(NONE);
    });

    it('reads 1 000 keys of three views', async () => {
      const rows = ['a', 'b', 'c'].flatMap((viewName, view) =>
        Array.from({ length: 1000 }, (_, id) =>
          suite.row({
            viewName,
            entityKey: driverKey(id * 3),
            values: new Map(
              Array.from({ length: 10 }, (__, f) => [`f${f}`, int64Value(id * 100 + f * 10 + view)]),
            ),
            eventTimeMicros: EVENT_TIME_MICROS + id * 1e6,
          }),
        ),
      );
      const features = Array.from({ length: 10 }, (_, f) => `f${9 - f}`);
      const plan = suite.plan(...['c', 'a', 'b'].map((viewName) => ({ viewName, features })));
      const shared = Array.from({ length: 1000 }, (_, id) => driverKey(id * 2));
      const keys = [shared, shared, shared.toReversed().slice(0, 700)];
      expect(await suite.differences(plan, keys, rows)).toEqual(NONE);
    });

    it('finds the same in whatever order keys and features stand', async () => {
      const features = ['d', 'a', 'c', 'b'];
      const rows = [4, 2, 3, 1].map((id) =>
        suite.row({
          entityKey: driverKey(id),
          // Each row was written in an order of its own, and lacks another feature.
          values: new Map(
            features
              .map((_, index) => features[(index + id) % 4] as string)
              .slice(1)
              .map((feature) => [feature, int64Value(feature.charCodeAt(0) * id)]),
          ),
        }),
      );
      const keys = [1, 2, 3, 4].map(driverKey);
      expect(await suite.differences(suite.plan({ features }), [keys], rows)).toEqual(NONE);
      expect(
        await suite.differences(suite.plan({ features: features.toSorted() }), [keys.toReversed()], rows),
      ).toEqual(NONE);
    });

    it('finds what was stored, whatever that is', async () => {
      let runs = 0;
      const names = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), {
        maxLength: 8,
      });
      const value = fc.option(fc.uint8Array({ maxLength: 40 }));
      await fc.assert(
        fc.asyncProperty(
          names,
          fc.array(fc.tuple(fc.nat(8), fc.array(value, { maxLength: 8 }), fc.nat(4_000_000_000))),
          fc.array(fc.nat(8), { maxLength: 12 }),
          async (features, stored, ids) => {
            const own = `${suite.project}run${++runs}`;
            const byId = new Map(stored.map((entry) => [entry[0], entry]));
            const rows = [...byId.values()].map(([id, cells, seconds]) =>
              suite.row({
                project: own,
                entityKey: driverKey(id),
                values: new Map([
                  ['always', int64Value(id)],
                  ...cells.flatMap((cell, index) =>
                    index < features.length ? [[features[index] ?? '', cell] as const] : [],
                  ),
                ]),
                eventTimeMicros: seconds * 1e6,
              }),
            );
            const distinct = [...new Set(ids)].map(driverKey);
            expect(
              await suite.differences(readPlan(own, { features: features.toReversed() }), [distinct], rows),
            ).toEqual(NONE);
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}
