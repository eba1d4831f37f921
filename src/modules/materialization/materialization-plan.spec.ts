import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../test/support/offline-sources.js';
import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { FeatureView, OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { parseJobTime } from './job-time.js';
import { type MaterializationJob, viewNameOf } from './materialization-job.js';
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
    const computed = tasks.filter((task) => task.kind === 'load' && task.computes !== undefined);
    expect(computed).toMatchObject([{ view: { name: 'stats' }, computes: { name: 'stored_pandas' } }]);
  });

  it('refuses those that need values of requests, and goes on with the others', () => {
    const { tasks } = plan({}, { snapshot: odfv });
    expect(tasks.filter(({ kind }) => kind === 'refuse')).toMatchObject([
      { viewName: 'stored_python', reason: expect.stringContaining('needs values of requests (vals)') },
    ]);
    expect(tasks.filter(({ kind }) => kind === 'load').map(viewNameOf)).toContain('customers');
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

  it('refuses a stored on-demand view that its source does not tell apart', () => {
    const stored = odfv.onDemandFeatureViews.get('stored_pandas')!;
    const customer = odfv.featureViews.get('customers')!.entityColumns;
    expect(planWith({ ...stored, entityColumns: customer }).reason).toContain(
      'customer_id are none of its source stats',
    );
    expect(planWith({ ...stored, sources: [] }).reason).toContain('no source');
    const both = odfv.onDemandFeatureViews.get('two_views')!.sources;
    expect(planWith({ ...stored, sources: both }).reason).toMatch(
      /rows of (stats and customers|customers and stats)/,
    );
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
