import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NoTransformations } from '../../../test/support/no-transformations.js';
import { InvalidValueError } from '../../common/errors/errors.js';
import { ValueType } from '../../common/model/value.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { OnlineFeaturesPlan } from './online-features.plan.js';
import { PlanCache } from './plan-cache.js';

const LIMITS = { cells: 100, answerBytes: 1000 };
const OPTIONS = {
  onlineVersioning: false,
  entityKeyVersion: 3,
  readSemantics: 'feast',
  tellsAbsentFromNull: true,
  limits: LIMITS,
  transformations: new NoTransformations(),
} as const;
const bytes = readFileSync(
  new URL('../../../test/fixtures/conformance/repos/drivers-sqlite/data/registry.db', import.meta.url),
);
const drivers = decodeRegistry(bytes, 'drivers');
const plan = (features: string[], featureService?: string, fullFeatureNames = true) =>
  new OnlineFeaturesPlan(drivers, { featureService, features, fullFeatureNames }, OPTIONS);

describe('OnlineFeaturesPlan', () => {
  it('reads stored names and answers with full ones', () => {
    const { readPlan, outputNames } = plan([], 'driver_alias');
    expect(readPlan).toEqual({
      project: 'drivers',
      views: [{ viewName: 'driver_hourly_stats', version: 0, features: ['rating', 'conv_rate'] }],
    });
    expect(outputNames).toEqual([['ds__rating', 'ds__conv_rate']]);
  });

  it('knows the types of requested join keys only, under their aliases', () => {
    expect([...plan([], 'trip_service').columnTypes]).toEqual([
      ['origin_id', ValueType.INT64],
      ['destination_id', ValueType.INT64],
    ]);
    expect(plan(['zone_stats:demand']).columnTypes.get('zone_id')).toBe(ValueType.INT32);
  });

  it('repeats join keys of the whole project in request order, and nothing else', () => {
    const binding = plan(['driver_hourly_stats:rating']).bind(['junk', 'customer_id', 'driver_id']);
    expect(binding.echo).toEqual([
      { name: 'customer_id', source: 1 },
      { name: 'driver_id', source: 2 },
    ]);
    expect(binding.keySets.map(({ columns }) => columns)).toEqual([[2]]);
  });

  it('takes the name of an entity for its join key; of both, the later one in the place of the first', () => {
    const binding = plan(['driver_hourly_stats:rating']).bind(['driver', 'customer_id', 'driver_id']);
    expect(binding.echo).toEqual([
      { name: 'driver_id', source: 2 },
      { name: 'customer_id', source: 1 },
    ]);
  });

  it('shares one set of keys among views that are read by the same columns', () => {
    const binding = plan(['driver_hourly_stats:rating', 'mapped_stats:cnt', 'customer_profile:vip']).bind([
      'driver_id',
      'customer_id',
    ]);
    expect(binding.keySets.map(({ columns }) => columns)).toEqual([[0], [1]]);
    expect(binding.keySetOf).toEqual([0, 0, 1]);
  });

  it('reads aliased join keys from their own columns', () => {
    const binding = plan([], 'trip_service').bind(['destination_id', 'origin_id']);
    expect(binding.keySetOf.map((index) => binding.keySets[index]?.columns)).toEqual([[1], [0]]);
  });

  it('makes a key of some of the join keys of a composite one', () => {
    const binding = plan(['driver_customer_stats:affinity']).bind(['driver_id']);
    expect(binding.keySets.map(({ columns }) => columns)).toEqual([[0]]);
  });

  it('needs no column for a view without entities', () => {
    const binding = plan(['global_stats:surge']).bind(['anything']);
    expect(binding.echo).toEqual([]);
    expect(binding.keySets[0]?.columns).toEqual([]);
    expect(Buffer.from(binding.keySets[0]?.encoder.encode([], [0])[0] ?? []).toString('hex')).toBe(
      '01000000020000000a0000005f5f64756d6d795f69640200000000000000',
    );
  });

  it('refuses more values than one answer may have, by number', () => {
    const two = plan(['zone_stats:demand', 'global_stats:surge']);
    expect(() => two.assertAnswerable(50)).not.toThrow();
    expect(() => two.assertAnswerable(51)).toThrow('51 rows of 2 features are 102 values: at most 100');
  });

  it('says which join key a view misses, and what was given', () => {
    const missing = (): unknown => plan(['driver_hourly_stats:rating']).bind(['customer_id', 'junk']);
    expect(missing).toThrow(InvalidValueError);
    expect(missing).toThrow(
      expect.objectContaining({
        issues: [
          expect.objectContaining({
            loc: ['body', 'entities', 'driver_id'],
            msg: expect.stringContaining('customer_id, junk'),
          }),
        ],
      }),
    );
  });
});

describe('PlanCache', () => {
  const selection = { featureService: undefined, features: ['zone_stats:demand'], fullFeatureNames: false };

  it('makes the plan of a selection once, and again for another snapshot', () => {
    const cache = new PlanCache(OPTIONS);
    const first = cache.plan(drivers, selection);
    expect(cache.plan(drivers, { ...selection })).toBe(first);
    expect(cache.plan(drivers, { ...selection, fullFeatureNames: true })).not.toBe(first);
    expect(cache.plan(decodeRegistry(bytes, 'drivers'), selection)).not.toBe(first);
  });

  it('tells a service from features of the same text', () => {
    const cache = new PlanCache(OPTIONS);
    cache.plan(drivers, { ...selection, featureService: 'global_only', features: [] });
    expect(() => cache.plan(drivers, { ...selection, features: ['global_only'] })).toThrow(
      'Invalid feature reference',
    );
  });
});
