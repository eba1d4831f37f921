import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../test/support/offline-sources.js';
import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { FeatureView, OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { parseJobTime } from './job-time.js';
import type { MaterializationJob } from './materialization-job.js';
import { planMaterialization } from './materialization-plan.js';
import type { MaterializationRequest } from './materialization-request.js';

const REPOS = new URL('../../../test/fixtures/registry/', import.meta.url);
const NOW = parseJobTime('2026-02-20');
const drivers = decodeRegistry(readFileSync(new URL('drivers-sqlite/registry.db', REPOS)), 'drivers');
const odfv = decodeRegistry(readFileSync(new URL('odfv-sqlite/registry.db', REPOS)), 'odfv');
const between = {
  kind: 'between',
  startMicros: parseJobTime('2026-01-01'),
  endMicros: parseJobTime('2026-01-31'),
} as const;

function plan(
  request: Partial<MaterializationRequest>,
  { snapshot = drivers, versioning = false }: { snapshot?: RegistrySnapshot; versioning?: boolean } = {},
): MaterializationJob {
  const config = {
    registry: { enableOnlineFeatureViewVersioning: versioning },
    materialization: { pullLatestFeatures: false, onlineWriteBatchSize: 7 },
    entityKeySerializationVersion: 2,
  } as FeatureStoreConfig;
  const whole = { range: between, viewNames: null, version: null, ...request };
  return planMaterialization(whole, { snapshot, config, nowMicros: NOW });
}

function changed(name: string, change: Partial<FeatureView>): RegistrySnapshot {
  const view = { ...drivers.featureViews.get(name)!, ...change };
  return { ...drivers, anyFeatureView: () => view };
}

/** The task of one stored on-demand view. */
function planWith(view: OnDemandFeatureView) {
  const [task] = plan(
    { viewNames: [view.name] },
    { snapshot: { ...odfv, anyFeatureView: () => view } },
  ).tasks;
  return task as { readonly kind: string; readonly reason?: string };
}

describe('planMaterialization', () => {
  it('makes plain data of a request', () => {
    const job = plan({ viewNames: ['location_stats'] });
    expect(job).toMatchObject({
      project: 'drivers',
      entityKeySerializationVersion: 2,
      batchRows: 7,
      tasks: [{ ...between, kind: 'load', rowVersion: 0, pinned: false, view: { name: 'location_stats' } }],
    });
    expect(structuredClone(job)).toEqual(job);
    expect(plan({}).id).not.toBe(job.id);
  });

  it('leaves a view alone that is loaded beyond the end', () => {
    const range = { kind: 'incremental', endMicros: parseJobTime('2026-01-30') } as const;
    const { tasks } = plan({ range, viewNames: ['location_stats', 'incremental_stats'] });
    expect(tasks).toMatchObject([
      {
        kind: 'skip',
        viewName: 'location_stats',
        reason:
          'its rows up to 2026-01-31 00:00:00+00:00 are loaded already, which is after 2026-01-30 00:00:00+00:00',
      },
      { kind: 'load', startMicros: parseJobTime('2026-01-09'), endMicros: range.endMicros },
    ]);
  });

  it('computes stored on-demand views from the rows of their source', () => {
    const { tasks } = plan({}, { snapshot: odfv });
    expect(tasks.filter(({ kind }) => kind === 'compute')).toMatchObject([
      { view: { name: 'stored_pandas' }, sources: [{ view: { name: 'stats' } }] },
      // Whether its function looks at the values of requests is not known before it is called.
      { view: { name: 'stored_python' }, sources: [{ view: { name: 'stats' } }] },
    ]);
  });

  it('looks as far back for a stored on-demand view as values of its source count', () => {
    const endMicros = parseJobTime('2026-06-01');
    const { tasks } = plan(
      { range: { kind: 'incremental', endMicros }, viewNames: ['stored_pandas'] },
      { snapshot: odfv },
    );
    const ttlMicros = 36_500 * 24 * 3600 * 1_000_000;
    expect(tasks).toMatchObject([{ startMicros: endMicros - ttlMicros, endMicros }]);
  });

  it('looks as far back as the longest-lived value of several sources counts', () => {
    const endMicros = parseJobTime('2026-06-01');
    const hours = (count: number) => count * 3_600_000;
    const windowOf = (...ttls: readonly number[]) => {
      const views = ['stats', 'customers'].map((name, at) => ({
        ...odfv.featureViews.get(name)!,
        ttlMs: ttls[at]!,
        entityColumns: odfv.featureViews.get('stats')!.entityColumns,
      }));
      const featureViews = new Map(views.map((view) => [view.name, view]));
      const view = { ...stored, sources: odfv.onDemandFeatureViews.get('two_views')!.sources };
      const snapshot = { ...odfv, featureViews, anyFeatureView: () => view };
      const range = { kind: 'incremental', endMicros } as const;
      const [task] = plan({ range, viewNames: [view.name] }, { snapshot }).tasks;
      return endMicros - (task as { readonly startMicros: number }).startMicros;
    };
    expect(windowOf(hours(5), hours(7))).toBe(hours(7) * 1000);
    expect(windowOf(hours(5), 0)).toBe(hours(5) * 1000);
    expect(windowOf(0, 0)).toBe(52 * 7 * hours(24) * 1000);
  });

  const stored = odfv.onDemandFeatureViews.get('stored_pandas')!;
  const both = odfv.onDemandFeatureViews.get('two_views')!.sources;
  const vals = odfv.onDemandFeatureViews.get('request_only')!.sources;
  const driver = odfv.featureViews.get('stats')!.entityColumns;
  const customer = odfv.featureViews.get('customers')!.entityColumns;

  it.each<[string, Partial<OnDemandFeatureView>, string | RegExp]>([
    ['none', { sources: [] }, 'no source'],
    ['values of requests alone', { sources: vals }, 'computed from values of requests alone'],
    [
      'rows of other entities',
      { entityColumns: customer },
      'it is stored by customer_id, and its source stats has rows by driver_id',
    ],
    [
      'rows by keys that it has not',
      { entityColumns: [] },
      'it has no join keys, and its source stats has rows',
    ],
    [
      'rows of which one has no key in common with it',
      { sources: both },
      'it is stored by driver_id, and its source customers has rows by customer_id',
    ],
    [
      'rows of which none have all keys',
      { sources: both, entityColumns: [...driver, ...customer] },
      /none of its sources (stats, customers|customers, stats) has all of its join keys driver_id, customer_id/,
    ],
  ])('refuses a stored on-demand view whose sources are %s', (_sources, change, reason) => {
    expect(planWith({ ...stored, ...change })).toEqual({
      kind: 'refuse',
      viewName: 'stored_pandas',
      reason: expect.stringMatching(reason),
    });
  });

  it.each<[Partial<FeatureView>, string]>([
    [
      { batchSource: fileSource('data/table', { fileFormat: 'delta' }) },
      'the source source is a Delta table (data/table), which this version does not read',
    ],
    [{ transformed: true }, 'a transformation, an aggregation or other feature views make its rows'],
    [{ online: false, offline: true }, 'it has online=False'],
    [{ batchSource: undefined }, 'it has no batch source'],
    [{ entityColumns: [] }, 'the registry does not tell the types of its join keys'],
  ])('refuses a view with %j', (change, reason) => {
    const snapshot = changed('location_stats', change);
    expect(plan({ viewNames: ['location_stats'] }, { snapshot }).tasks).toEqual([
      { kind: 'refuse', viewName: 'location_stats', reason: expect.stringContaining(reason) },
    ]);
  });

  it('writes the rows of the current version, when versions have rows of their own', () => {
    const snapshot = changed('location_stats', { currentVersionNumber: 3 });
    const request = { viewNames: ['location_stats'] };
    expect(plan(request, { snapshot }).tasks).toMatchObject([{ rowVersion: 0, pinned: false }]);
    expect(plan(request, { snapshot, versioning: true }).tasks).toMatchObject([
      { rowVersion: 3, pinned: false },
    ]);
    const viewAtVersion = (name: string, version: number) => drivers.viewAtVersion(name, version);
    const pinned = { ...snapshot, viewAtVersion };
    expect(plan({ ...request, version: 'v0' }, { snapshot: pinned, versioning: true }).tasks).toMatchObject([
      { rowVersion: 0, pinned: true },
    ]);
  });

  it('names the services that are served from vectors made before', () => {
    const services = new Map(
      [...drivers.featureServices].map(([name, service]) => [
        name,
        { ...service, precomputeOnline: name === 'two_entities' },
      ]),
    );
    expect(plan({}).precomputedServices).toEqual([]);
    expect(plan({}, { snapshot: { ...drivers, featureServices: services } }).precomputedServices).toEqual([
      { name: 'two_entities', viewNames: ['driver_hourly_stats', 'customer_profile'] },
    ]);
  });
});
