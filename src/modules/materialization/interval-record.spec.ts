import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonObject, toJson } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConflictError, NotFoundError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import type { FeatureView } from '../../common/model/feature-view.js';
import { type Registry, RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import { FileRegistrySource } from '../registry/file/file-registry-source.js';
import { changeRegistry } from '../registry/registry-change.js';
import { RegistryDocument } from '../registry/registry-document.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { recordInterval } from './interval-record.js';
import { parseJobTime } from './job-time.js';
import type { LoadTask } from './materialization-job.js';

const FIXTURES = new URL('../../../test/fixtures/materialization/', import.meta.url);
const runs = JSON.parse(readFileSync(new URL('recorded.json', FIXTURES), 'utf8')) as readonly {
  view: string;
  start: string;
  end: string;
}[];

const soon = (): Deadline => Deadline.after(10_000);

let folder = '';
let path = '';
let source = new FileRegistrySource('');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-record-'));
  path = join(folder, 'registry.db');
  copyFileSync(new URL('registry-before.db', FIXTURES), path);
  source = new FileRegistrySource(path);
});

afterEach(() => rmSync(folder, { recursive: true }));

function registered(name: string): FeatureView {
  const snapshot = decodeRegistry(readFileSync(path), 'drivers');
  return (snapshot.featureViews.get(name) ?? snapshot.streamFeatureViews.get(name))!;
}

function loadTask(name: string, [start, end]: [string, string] = ['2026-02-01', '2026-02-02']): LoadTask {
  return {
    kind: 'load',
    view: registered(name),
    rowVersion: 0,
    pinned: false,
    startMicros: parseJobTime(start),
    endMicros: parseJobTime(end),
  };
}

function change(edit: (registry: Registry) => void): Promise<unknown> {
  return changeRegistry(source, edit, soon());
}

interface JsonView {
  readonly spec: { name: string; features: { name: string }[]; batchSource: JsonObject };
  readonly meta: JsonObject;
}

/**
 * Shape: views by name, because Feast moves those that it writes, and what else it changes in them by writing: it
 *        shuffles the features of stream views and notes the class of sources. Without what is new at every write.
 */
function comparable(bytes: Uint8Array): JsonObject {
  const json = toJson(RegistrySchema, RegistryDocument.decode(bytes).registry) as JsonObject;
  delete json['versionId'];
  delete json['lastUpdated'];
  for (const list of ['featureViews', 'streamFeatureViews']) {
    const views = json[list] as unknown as JsonView[];
    for (const { spec, meta } of views.sort(byName)) {
      spec.features.sort((left, right) => (left.name < right.name ? -1 : 1));
      delete spec.batchSource['dataSourceClassType'];
      if (runs.some(({ view }) => view === spec.name)) delete meta['lastUpdatedTimestamp'];
    }
  }
  return json;
}

function byName({ spec: left }: JsonView, { spec: right }: JsonView): number {
  return left.name < right.name ? -1 : 1;
}

describe('recordInterval', () => {
  it('leaves the registry that Feast leaves', async () => {
    for (const { view, start, end } of runs) {
      await recordInterval(source, 'drivers', loadTask(view, [start, end]), soon());
    }
    const feast = readFileSync(new URL('registry-after.db', FIXTURES));
    expect(comparable(readFileSync(path))).toEqual(comparable(feast));
  });

  it('says when the view was changed, and leaves it where it is', async () => {
    const namesBefore = [...decodeRegistry(readFileSync(path), 'drivers').featureViews.keys()];
    const before = Date.now();
    await recordInterval(source, 'drivers', loadTask('location_stats'), soon());
    const { registry } = RegistryDocument.decode(readFileSync(path));
    const message = registry.featureViews.find(({ spec }) => spec?.name === 'location_stats');
    const seconds = Number(message?.meta?.lastUpdatedTimestamp?.seconds);
    expect(seconds).toBeGreaterThanOrEqual(Math.floor(before / 1000));
    expect([...decodeRegistry(readFileSync(path), 'drivers').featureViews.keys()]).toEqual(namesBefore);
  });

  it('keeps the intervals and states of runs at the same time', async () => {
    const tasks = ['location_stats', 'zone_stats', 'driver_stream_stats'].map((name) => loadTask(name));
    const before = tasks.map(({ view }) => view.materializationIntervals.length);
    await Promise.all(
      tasks.flatMap((task) =>
        [1, 2, 3].map(() => recordInterval(new FileRegistrySource(path), 'drivers', task, soon())),
      ),
    );
    const after = tasks.map(({ view }) => registered(view.name).materializationIntervals.length);
    expect(after).toEqual(before.map((count) => count + 3));
  });

  it('records nothing for a view that is gone', async () => {
    const task = loadTask('location_stats');
    await change((registry) => {
      registry.featureViews = registry.featureViews.filter(({ spec }) => spec?.name !== 'location_stats');
    });
    const before = readFileSync(path);
    await expect(recordInterval(source, 'drivers', task, soon())).rejects.toThrow(NotFoundError);
    expect(readFileSync(path)).toEqual(before);
  });

  it('does not take the view of another project for it', async () => {
    await expect(recordInterval(source, 'other', loadTask('location_stats'), soon())).rejects.toThrow(
      NotFoundError,
    );
  });

  it.each<readonly [string, (view: Registry['featureViews'][number]) => void]>([
    ['another source', ({ spec }) => (spec!.batchSource!.timestampField = 'other_time')],
    ['another type', ({ spec }) => (spec!.features[0]!.valueType = 4)],
    ['a feature less', ({ spec }) => spec!.features.pop()],
    ['another entity', ({ spec }) => (spec!.entities = ['driver'])],
    ['another version', ({ meta }) => (meta!.currentVersionNumber = 7)],
  ])('records nothing when the definition has %s now', async (_, edit) => {
    const task = loadTask('location_stats');
    await change((registry) =>
      edit(registry.featureViews.find(({ spec }) => spec?.name === 'location_stats')!),
    );
    await expect(recordInterval(source, 'drivers', task, soon())).rejects.toThrow(ConflictError);
    expect(registered('location_stats').materializationIntervals).toEqual(task.view.materializationIntervals);
  });

  it('does not mind a change that is none to the rows', async () => {
    const task = loadTask('location_stats');
    await change((registry) => {
      const { spec, meta } = registry.featureViews.find((view) => view.spec?.name === 'location_stats')!;
      spec!.tags['team'] = 'maps';
      spec!.features[0]!.description = 'in degrees';
      spec!.features.reverse();
      spec!.batchSource!.dataSourceClassType = 'feast.infra.offline_stores.file_source.FileSource';
      meta!.materializationIntervals = [];
    });
    await recordInterval(source, 'drivers', task, soon());
    expect(registered('location_stats').materializationIntervals).toHaveLength(1);
  });

  it('records a pinned version on the view as it is now', async () => {
    const task = { ...loadTask('location_stats'), pinned: true };
    await change((registry) => {
      registry.featureViews.find((view) => view.spec?.name === 'location_stats')!.meta!.currentVersionNumber =
        7;
    });
    await recordInterval(source, 'drivers', task, soon());
    const view = registered('location_stats');
    expect(view.currentVersionNumber).toBe(7);
    expect(view.materializationIntervals).toHaveLength(task.view.materializationIntervals.length + 1);
  });
});
