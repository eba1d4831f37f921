import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError, NotFoundError } from '../../common/errors/errors.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { resolveFeatures, type FeatureSelection } from './feature-resolution.js';

// Written by Feast itself.
const drivers = decodeRegistry(
  readFileSync(
    new URL('../../../test/fixtures/conformance/repos/drivers-sqlite/data/registry.db', import.meta.url),
  ),
  'drivers',
);

const odfv = decodeRegistry(
  readFileSync(
    new URL('../../../test/fixtures/conformance/repos/odfv-sqlite/data/registry.db', import.meta.url),
  ),
  'odfv',
);

const select = (features: string[], fullFeatureNames = false): FeatureSelection => ({
  featureService: undefined,
  features,
  fullFeatureNames,
});
const service = (name: string, fullFeatureNames = true): FeatureSelection => ({
  featureService: name,
  features: ['nonsense'],
  fullFeatureNames,
});
const rules = (online: boolean) => ({ online, servicesReadCurrent: false });
const names = (selection: FeatureSelection, versioning = false) =>
  resolveFeatures(drivers, selection, rules(versioning)).views.map(({ key, version, features }) => ({
    key,
    version,
    features,
  }));

describe('resolveFeatures', () => {
  it('groups features by view, views by first appearance, features in request order', () => {
    const selection = select([
      'mapped_stats:cnt',
      'driver_hourly_stats:rating',
      'mapped_stats:conv',
      'driver_hourly_stats:nickname',
    ]);
    expect(names(selection)).toEqual([
      { key: 'mapped_stats', version: 0, features: ['cnt', 'conv'] },
      { key: 'driver_hourly_stats', version: 0, features: ['rating', 'nickname'] },
    ]);
  });

  it.each([[['customers:spend', 'stats:trips']], [['stats:trips', 'customers:spend']]])(
    'reads the sources of an on-demand view in the order in which they are asked for: %j',
    (sources) => {
      const { views } = resolveFeatures(odfv, select(['two_views:mix', ...sources]), rules(false));
      expect(views.map(({ key }) => key)).toEqual(sources.map((source) => source.split(':')[0]));
    },
  );

  it('takes one feature under two spellings for one column when names are full', () => {
    expect(names(select(['zone_stats:demand', 'zone_stats@latest:demand'], true))).toEqual([
      { key: 'zone_stats', version: 0, features: ['demand'] },
    ]);
  });

  it('reads stream views like others', () => {
    expect(names(select(['driver_stream_stats:stream_rate']))).toHaveLength(1);
  });

  it('takes the features of a service, not those of the request', () => {
    expect(names(service('driver_alias'))).toEqual([
      { key: 'ds', version: 0, features: ['rating', 'conv_rate'] },
    ]);
  });

  it('keeps one view under two aliases apart, each with its join key map', () => {
    const { views } = resolveFeatures(drivers, service('trip_service'), rules(false));
    expect(views.map(({ key, view }) => [key, view.name])).toEqual([
      ['origin_stats', 'location_stats'],
      ['destination_stats', 'location_stats'],
    ]);
    expect(views[0]?.joinKeyMap.get('location_id')).toBe('origin_id');
    expect(views[1]?.joinKeyMap.get('location_id')).toBe('destination_id');
  });

  it('serves a view that is being materialized', () => {
    expect(drivers.featureViews.get('stuck_stats')?.state).toBe('MATERIALIZING');
    expect(names(select(['stuck_stats:stuck_value']))).toHaveLength(1);
  });

  it('reads a version of the history when versions have rows of their own', () => {
    expect(names(select(['driver_hourly_stats@v0:rating']), true)).toEqual([
      { key: 'driver_hourly_stats@v0', version: 0, features: ['rating'] },
    ]);
  });

  it.each([
    [
      'an unknown view',
      select(['nope:x']),
      'FeatureViewNotFoundException',
      'Feature view nope does not exist in project drivers',
    ],
    [
      'an unknown service',
      service('nope'),
      'FeatureServiceNotFoundException',
      'Feature service nope does not exist in project drivers',
    ],
    [
      'an unknown feature',
      select(['driver_hourly_stats:nope']),
      undefined,
      "'Feature nope not found in projection driver_hourly_stats'",
    ],
    [
      'a join key as feature',
      select(['driver_hourly_stats:driver_id']),
      undefined,
      "'Feature driver_id not found in projection driver_hourly_stats'",
    ],
  ])('does not find %s', (_, selection, feastClass, message) => {
    expect(() => resolveFeatures(drivers, selection, rules(false))).toThrow(
      expect.objectContaining({ name: NotFoundError.name, feastClass, message }),
    );
  });

  it('does not find a version that was never applied', () => {
    expect(() => resolveFeatures(drivers, select(['driver_hourly_stats@v99:rating']), rules(true))).toThrow(
      expect.objectContaining({ feastClass: 'FeatureViewVersionNotFound', code: 'NOT_FOUND' }),
    );
  });

  it.each([
    ['no features', select([])],
    ['a reference without a colon', select(['conv_rate'])],
    ['a disabled view', select(['disabled_stats:never_value'])],
    ['a version while versions share their rows', select(['driver_hourly_stats@v1:rating'])],
    [
      'two columns of one name',
      select(['driver_hourly_stats:avg_daily_trips', 'customer_profile:avg_daily_trips']),
    ],
    [
      'a feature twice, with full names',
      select(['driver_hourly_stats:rating', 'driver_hourly_stats:rating'], true),
    ],
    ['a service whose short names collide', service('trip_service', false)],
  ])('refuses %s', (_, selection) => {
    expect(() => resolveFeatures(drivers, selection, rules(false))).toThrow(InvalidRequestError);
  });

  it('looks for views before it looks for collisions, as Feast does', () => {
    expect(() => resolveFeatures(drivers, select(['nope:x', 'nope:x']), rules(false))).toThrow(NotFoundError);
  });

  it('reads the base version for a service that names none, as Feast does, or the current one', () => {
    const view = drivers.featureViews.get('driver_hourly_stats');
    if (!view) throw new Error('the fixture has changed');
    const third = { ...view, currentVersionNumber: 3 };
    const snapshot = { ...drivers, anyFeatureView: () => third };
    const versionOf = (selection: FeatureSelection, servicesReadCurrent: boolean) =>
      resolveFeatures(snapshot, selection, { online: true, servicesReadCurrent }).views[0]?.version;
    expect(versionOf(service('driver_alias'), false)).toBe(0);
    expect(versionOf(service('driver_alias'), true)).toBe(3);
    expect(versionOf(select(['driver_hourly_stats:rating']), false)).toBe(3);
  });

  it('refuses a service that was made for another shape of a view', () => {
    const view = drivers.featureViews.get('driver_hourly_stats');
    if (!view) throw new Error('the fixture has changed');
    const snapshot = { ...drivers, anyFeatureView: () => ({ ...view, features: view.features.slice(0, 1) }) };
    expect(() => resolveFeatures(snapshot, service('driver_activity_all'), rules(false))).toThrow(
      "which the FeatureView doesn't have",
    );
  });
});
