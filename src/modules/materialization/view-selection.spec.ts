import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError, NotFoundError } from '../../common/errors/errors.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { selectViews } from './view-selection.js';

const REPOS = new URL('../../../test/fixtures/registry/', import.meta.url);

function recorded(repo: string, project: string): RegistrySnapshot {
  return decodeRegistry(readFileSync(new URL(`${repo}/registry.db`, REPOS)), project);
}

const drivers = recorded('drivers-sqlite', 'drivers');
const odfv = recorded('odfv-sqlite', 'odfv');

function namesOf(
  viewNames: readonly string[] | null,
  { snapshot = drivers, version = null, versioning = false }: Options = {},
): string[] {
  return selectViews({ viewNames, version }, snapshot, versioning).map(({ view }) => view.name);
}

interface Options {
  readonly snapshot?: RegistrySnapshot;
  readonly version?: string | null;
  readonly versioning?: boolean;
}

describe('without names', () => {
  it('are all views that are served online, stream views after the others', () => {
    const names = namesOf(null);
    expect(names.slice(-2).toSorted()).toEqual(['driver_stream_pushed', 'driver_stream_stats']);
    expect(names).toContain('broken_stats');
    expect(names).not.toContain('offline_only_stats');
    expect(names).not.toContain('disabled_stats');
    expect(names).toHaveLength(drivers.featureViews.size + drivers.streamFeatureViews.size - 2);
  });

  it('are on-demand views whose rows are stored, too', () => {
    const names = namesOf(null, { snapshot: odfv });
    const stored = [...odfv.onDemandFeatureViews.values()].filter((view) => view.writeToOnlineStore);
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.length).toBeLessThan(odfv.onDemandFeatureViews.size);
    expect(names.slice(-stored.length)).toEqual(stored.map(({ name }) => name));
  });
});

describe('with names', () => {
  it('are those, in their order, each once', () => {
    const wanted = ['zone_stats', 'driver_stream_stats', 'location_stats', 'zone_stats'];
    expect(namesOf(wanted)).toEqual(['zone_stats', 'driver_stream_stats', 'location_stats']);
    expect(namesOf([])).toEqual([]);
  });

  it.each([
    ['nope', NotFoundError, 'Feature view nope does not exist in project drivers'],
    [
      'disabled_stats',
      InvalidRequestError,
      'FeatureView disabled_stats is disabled. Enable it before materializing.',
    ],
    [
      'offline_only_stats',
      InvalidRequestError,
      'FeatureView offline_only_stats is not configured to be served online.',
    ],
  ])('refuse %s as Feast does', (name, kind, message) => {
    const error = errorOf(() => namesOf(['location_stats', name]));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ message });
  });

  it('refuse an on-demand view that is not stored', () => {
    const view = [...odfv.onDemandFeatureViews.values()].find((each) => !each.writeToOnlineStore);
    expect(errorOf(() => namesOf([view!.name], { snapshot: odfv }))).toMatchObject({
      message: `OnDemandFeatureView ${view!.name} is not configured for write_to_online_store.`,
    });
  });

  it('let a view through that is offline only, but has an offline store to fill', () => {
    const view = { ...drivers.featureViews.get('offline_only_stats')!, offline: true };
    const snapshot = { ...drivers, anyFeatureView: () => view };
    expect(namesOf(['offline_only_stats'], { snapshot })).toEqual(['offline_only_stats']);
  });

  it('refuse a label view', () => {
    const view = { ...drivers.featureViews.get('zone_stats')!, kind: 'label_view' as const };
    const snapshot = { ...drivers, anyFeatureView: () => view } as unknown as RegistrySnapshot;
    expect(errorOf(() => namesOf(['zone_stats'], { snapshot }))).toMatchObject({
      message:
        'LabelView zone_stats cannot be materialized via materialize(). Use FeatureStore.push() to write labels.',
    });
  });
});

describe('with a version', () => {
  const versioning = true;

  it('is that of its history, and remembers the number', () => {
    const [selected] = selectViews({ viewNames: ['zone_stats'], version: 'Version0' }, drivers, versioning);
    expect(selected).toMatchObject({
      pinnedVersion: 0,
      view: { name: 'zone_stats', currentVersionNumber: 0 },
    });
  });

  it.each(['latest', 'LATEST', ''])('%j is the view as it is now', (version) => {
    const [selected] = selectViews({ viewNames: ['zone_stats'], version }, drivers, versioning);
    expect(selected).toEqual({ pinnedVersion: undefined, view: drivers.featureViews.get('zone_stats') });
  });

  it.each([
    [null, 'v1', true, '--version requires --views with exactly one feature view.'],
    [
      ['zone_stats', 'location_stats'],
      'v1',
      true,
      '--version requires --views with exactly one feature view.',
    ],
    [[], 'v1', true, '--version requires --views with exactly one feature view.'],
    [
      ['zone_stats'],
      'v1',
      false,
      "Version-aware materialization requires 'enable_online_feature_view_versioning: true' under 'registry' in feature_store.yaml.",
    ],
    [
      ['zone_stats'],
      '1',
      true,
      "Invalid version string '1'. Expected 'latest', 'vN', or 'versionN' (e.g. 'v2', 'version3').",
    ],
    [['zone_stats'], 'v9', true, 'Version v9 of feature view zone_stats does not exist in project drivers'],
  ])('refuses views %j with version %j (versioning: %j)', (viewNames, version, online, message) => {
    expect(errorOf(() => namesOf(viewNames, { version, versioning: online }))).toMatchObject({ message });
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
