import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScriptedOfflineStore, ScriptedWriter } from '../../../test/support/scripted-stores.js';
import { InvalidValueError, UnavailableError } from '../../common/errors/errors.js';
import type { FeatureView } from '../../common/model/feature-view.js';
import { FileRegistrySource } from '../registry/file/file-registry-source.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import type { LoadTask, MaterializationEvent, MaterializationJob, ViewTask } from './materialization-job.js';
import { runMaterializationJob } from './run-materialization-job.js';
import { ViewLeases } from './view-lease.js';
import type { MaterializationPorts } from './materialization-ports.js';

const REGISTRY = new URL('../../../test/fixtures/materialization/registry-before.db', import.meta.url);
const snapshot = decodeRegistry(readFileSync(REGISTRY), 'drivers');
const START = 1_700_000_000_000_000;

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-job-'));
  path = join(folder, 'registry.db');
  copyFileSync(REGISTRY, path);
});
afterEach(() => rmSync(folder, { recursive: true }));

function loadTask(name: string): LoadTask {
  const view = (snapshot.featureViews.get(name) ?? snapshot.streamFeatureViews.get(name)) as FeatureView;
  return { kind: 'load', view, rowVersion: 2, pinned: false, startMicros: START, endMicros: START + 1 };
}

function jobOf(tasks: readonly ViewTask[], change: Partial<MaterializationJob> = {}): MaterializationJob {
  const precomputedServices = [
    { name: 'touched', viewNames: ['zone_stats', 'location_stats'] },
    { name: 'untouched', viewNames: ['broken_stats'] },
  ];
  return {
    id: 'job-1',
    project: 'drivers',
    tasks,
    precomputedServices,
    entityKeySerializationVersion: 3,
    batchRows: null,
    leaseWaitMs: 0,
    ...change,
  };
}

function run(job: MaterializationJob, batches: Readonly<Record<string, readonly (number | Error)[]>>) {
  const offlineStore = new ScriptedOfflineStore(batches);
  const onlineStore = new ScriptedWriter();
  const events: MaterializationEvent[] = [];
  const cancelled = new AbortController();
  const leases = new ViewLeases(join(folder, 'leases'), job.id);
  const refreshVectors = vi.fn<MaterializationPorts['refreshVectors']>(() => Promise.resolve([]));
  const ports = {
    offlineStore,
    onlineStore,
    registry: new FileRegistrySource(path),
    leases,
    transformerOf: () => Promise.reject(new Error('nothing is computed here')),
    refreshVectors,
  };
  const begin = () => runMaterializationJob(job, ports, (event) => events.push(event), cancelled.signal);
  return { begin, refreshVectors, offlineStore, onlineStore, events, cancelled, leases };
}

function newIntervals(name: string): number {
  const { featureViews } = decodeRegistry(readFileSync(path), 'drivers');
  const before = snapshot.featureViews.get(name)!.materializationIntervals.length;
  return featureViews.get(name)!.materializationIntervals.length - before;
}

describe('runMaterializationJob', () => {
  it('writes the rows of a view in the order of the scan, then records its interval', async () => {
    const { begin, offlineStore, onlineStore, events } = run(
      jobOf([loadTask('zone_stats')], { batchRows: 7 }),
      {
        'data/zone_stats.parquet': [7, 3],
      },
    );
    onlineStore.onWrite = () => expect(newIntervals('zone_stats')).toBe(0);
    const { results, staleServices } = await begin();
    expect(results).toEqual([
      {
        viewName: 'zone_stats',
        status: 'loaded',
        startMicros: START,
        endMicros: START + 1,
        rowsRead: 100,
        rowsWritten: 8,
        rowsSkipped: 2,
        durationMs: expect.any(Number),
        reason: undefined,
        failure: undefined,
      },
    ]);
    expect(staleServices).toEqual(['touched']);
    expect(newIntervals('zone_stats')).toBe(1);
    expect(offlineStore.scans).toMatchObject([
      {
        source: { uri: 'data/zone_stats.parquet' },
        joinKeys: [{ name: 'zone_id' }],
        features: [{ name: 'demand' }],
        entityKeySerializationVersion: 3,
        startMicros: START,
        endMicros: START + 1,
        batchRows: 7,
      },
    ]);
    expect(onlineStore.batches.map(({ keys }) => keys.length)).toEqual([7, 3]);
    expect(onlineStore.batches[0]).toMatchObject({
      project: 'drivers',
      viewName: 'zone_stats',
      version: 2,
      features: ['demand'],
      policy: 'newest',
    });
    expect(events.map(({ type }) => type)).toEqual(['view-started', 'view-progress', 'view-done']);
  });

  it('asks the store for the size and the order of batches', async () => {
    const tasks = ['zone_stats', 'driver_hourly_stats'].map(loadTask);
    const { begin, offlineStore } = run(jobOf(tasks), {});
    await begin();
    expect(offlineStore.scans.map(({ batchRows, order }) => [batchRows, order])).toEqual([
      [1000, 'any'],
      [125, 'any'],
    ]);
  });

  it('has the vectors of services made anew when all rows are stored, and says which are not', async () => {
    const made = { name: 'touched', vectors: 4, durationMs: 1, failure: undefined };
    const tasks = ['zone_stats', 'location_stats', 'customer_profile'].map(loadTask);
    const { begin, refreshVectors, events } = run(jobOf(tasks), {
      'data/zone_stats.parquet': [3],
      'data/location_stats.parquet': [new UnavailableError('no file')],
      'data/customer_profile.parquet': [4],
    });
    refreshVectors.mockImplementation(() => {
      expect(newIntervals('zone_stats')).toBe(1);
      return Promise.resolve([made, { ...made, name: 'untouched', failure: 'a view is gone' }]);
    });
    const outcome = await begin();
    expect(refreshVectors.mock.calls.map(([viewNames]) => viewNames)).toEqual([
      ['zone_stats', 'customer_profile'],
    ]);
    expect(outcome.staleServices).toEqual([]);
    expect(outcome.refreshedServices.map(({ name }) => name)).toEqual(['touched', 'untouched']);
    expect(events.filter(({ type }) => type === 'service-done')).toHaveLength(2);
  });

  it('is no failure when vectors cannot be made at all', async () => {
    const { begin, refreshVectors } = run(jobOf([loadTask('zone_stats')]), {
      'data/zone_stats.parquet': [3],
    });
    refreshVectors.mockRejectedValue(new UnavailableError('the registry is away'));
    const { results, staleServices, refreshedServices } = await begin();
    expect(results[0]?.status).toBe('loaded');
    expect(staleServices).toEqual(['touched']);
    expect(refreshedServices).toMatchObject([{ name: 'touched', failure: 'the registry is away' }]);
  });

  it('goes on with the other views when one fails, whatever fails', async () => {
    const wrong = new InvalidValueError('column demand, row 3: text is no integer');
    const job = jobOf(['zone_stats', 'location_stats', 'customer_profile', 'mapped_stats'].map(loadTask));
    const { begin, onlineStore } = run(job, {
      'data/zone_stats.parquet': [5, wrong],
      'data/location_stats.parquet': [4, 4],
      'data/customer_profile.parquet': [new TypeError('undefined is not a function')],
      'data/mapped.parquet': [3],
    });
    onlineStore.onWrite = ({ viewName, keys }) => {
      if (viewName === 'location_stats' && onlineStore.batches.length > 2) {
        throw new UnavailableError(`the online store is down (${keys.length} rows)`);
      }
    };
    const { results } = await begin();
    expect(results.map(({ status, reason, rowsWritten }) => [status, reason, rowsWritten])).toEqual([
      ['failed', wrong.message, 4],
      ['failed', 'the online store is down (4 rows)', 3],
      ['failed', 'unexpected error: undefined is not a function', 0],
      ['loaded', undefined, 2],
    ]);
    expect(results.map(({ viewName }) => newIntervals(viewName))).toEqual([0, 0, 0, 1]);
  });

  it('stores the batches under way when it is cancelled, and nothing more', async () => {
    const { begin, onlineStore, cancelled } = run(jobOf(['zone_stats', 'location_stats'].map(loadTask)), {
      'data/zone_stats.parquet': [5, 5],
      'data/location_stats.parquet': [4],
    });
    onlineStore.onWrite = () => cancelled.abort('not wanted');
    const { results, staleServices } = await begin();
    expect(results.map(({ status, reason, rowsWritten }) => [status, reason, rowsWritten])).toEqual([
      ['cancelled', 'not wanted', 4],
      ['cancelled', 'not wanted', 0],
    ]);
    expect(staleServices).toEqual(['touched']);
    expect(onlineStore.batches).toHaveLength(1);
    expect(newIntervals('zone_stats')).toBe(0);
  });

  it('reads on while rows are on their way, and waits for them before it ends', async () => {
    const job = jobOf([loadTask('zone_stats')]);
    const { begin, onlineStore, leases } = run(job, {
      'data/zone_stats.parquet': [5, 5, 5, 5, new Error('torn')],
    });
    const inFlight: number[] = [];
    let open = 0;
    onlineStore.write = async (batch) => {
      inFlight.push((open += 1));
      await delay(30);
      open -= 1;
      return { written: batch.keys.length, skipped: 0 };
    };
    const { results } = await begin();
    expect(results).toMatchObject([{ status: 'failed', rowsWritten: 20, reason: 'unexpected error: torn' }]);
    expect(Math.max(...inFlight)).toBe(2);
    expect(open).toBe(0);
    leases.acquire('drivers', 'zone_stats').release();
  });

  it('does not touch a view that another job loads, and frees its own leases', async () => {
    const { begin, onlineStore, leases } = run(jobOf(['zone_stats', 'location_stats'].map(loadTask)), {
      'data/location_stats.parquet': [4],
    });
    const theirs = leases.acquire('drivers', 'zone_stats');
    const { results } = await begin();
    expect(results.map(({ status, reason }) => [status, reason])).toEqual([
      ['failed', expect.stringMatching(/^job job-1 .* is loading it/)],
      ['loaded', undefined],
    ]);
    expect(onlineStore.batches.map(({ viewName }) => viewName)).toEqual(['location_stats']);
    theirs.release();
    leases.acquire('drivers', 'location_stats').release();
  });

  it('tells of views of which there is nothing to do', async () => {
    const range = { startMicros: 5, endMicros: 4 };
    const { begin, events } = run(
      jobOf([
        { kind: 'skip', viewName: 'late', ...range, reason: 'loaded already' },
        { kind: 'refuse', viewName: 'python', reason: 'needs Python' },
      ]),
      {},
    );
    const { results } = await begin();
    expect(results).toMatchObject([
      { viewName: 'late', status: 'skipped', ...range, reason: 'loaded already', rowsRead: 0 },
      { viewName: 'python', status: 'refused', startMicros: undefined, reason: 'needs Python' },
    ]);
    expect(events.map(({ type }) => type)).toEqual(['view-done', 'view-done']);
  });
});
