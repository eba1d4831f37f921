import { existsSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApplyFolder } from '../../../../test/support/apply-folder.js';
import { desiredProject, desiredShop, SHOP, statsView } from '../../../../test/support/desired-shop.js';
import { FeatureServiceSchema } from '../../../generated/feast/core/FeatureService_pb.js';
import { ProjectSchema } from '../../../generated/feast/core/Project_pb.js';
import { SavedDatasetSchema } from '../../../generated/feast/core/SavedDataset_pb.js';
import { changeRegistry } from '../../registry/registry-change.js';
import { planTeardown, runTeardown, type TeardownPlan } from './teardown-run.js';
import { teardownDocument, teardownLines, teardownQuestion } from './teardown-text.js';

let folder: ApplyFolder;

beforeEach(() => {
  folder = ApplyFolder.make();
});

afterEach(() => folder.remove());

async function tearDown(project: string): Promise<TeardownPlan> {
  const target = folder.target(project);
  const plan = await planTeardown(target, project, folder.deadline());
  await runTeardown(target, plan, folder.deadline());
  return plan;
}

const WORDS = {
  location: '/repo/online.db',
  tableLabel: 'sqlite table',
  nameOf: ({ project, viewName }: { project: string; viewName: string }) => `${project}_${viewName}`,
};

it('removes the project and its store, and leaves an empty registry', async () => {
  await folder.apply(desiredShop(statsView(['trips'])));
  folder.addRow('shop_stats');
  const plan = await tearDown(SHOP);
  expect(existsSync(folder.storePath())).toBe(false);
  const registry = folder.registry();
  expect(registry.projects).toEqual([]);
  expect(registry.entities).toEqual([]);
  expect(registry.featureViewVersionHistory?.records).toEqual([]);
  expect(registry.infra?.infraObjects).toEqual([]);
  expect(teardownQuestion(plan, WORDS)).toBe(
    'Of project shop would be lost:\n  4 objects of the registry\n  rows of feature views in /repo/online.db: stats\n' +
      'Remove all of it?',
  );
  expect(teardownLines(plan, WORDS)).toEqual([
    'Deleted project shop',
    'Deleted data source stats_source',
    'Deleted entity driver',
    'Deleted feature view stats',
    '',
    'Deleted sqlite table shop_stats',
  ]);
  expect(teardownDocument(plan, WORDS)).toMatchObject({
    project: 'shop',
    objects: [
      { kind: 'project' },
      { kind: 'data_source' },
      { kind: 'entity' },
      { kind: 'feature_view', name: 'stats' },
    ],
    tables: [{ action: 'deleted', name: 'shop_stats', holdsRows: true }],
  });
});

it('leaves other projects, their tables and the file that holds them', async () => {
  await folder.apply(desiredProject('else', [statsView(['trips'])]));
  await folder.apply(desiredShop(statsView(['trips'])));
  folder.addRow('else_stats');
  const before = folder.registry().featureViews.find(({ spec }) => spec?.project === 'else');
  await tearDown(SHOP);
  expect(folder.tables()).toEqual(['else_stats']);
  expect(folder.rows('else_stats')).toBe(1);
  const registry = folder.registry();
  expect(registry.featureViews).toEqual([before]);
  expect(registry.projects.map(({ spec }) => spec?.name)).toEqual(['else']);
  expect(registry.entities.map(({ spec }) => spec?.project)).toEqual(['else', 'else']);
});

it('removes the vectors of precomputed feature services', async () => {
  await folder.apply(desiredShop(statsView(['trips'])));
  const target = folder.target(SHOP);
  await changeRegistry(
    target.registry,
    ({ featureServices }) => {
      for (const name of ['made', 'never']) {
        const spec = {
          name,
          project: SHOP,
          precomputeOnline: true,
          features: [{ featureViewName: 'stats' }],
        };
        featureServices.push(create(FeatureServiceSchema, { spec }));
      }
    },
    folder.deadline(),
  );
  const vectors = { viewName: '__precomputed__made', version: 0, joinKeys: [], features: ['vector'] };
  await target.tables!.create([{ project: SHOP, ...vectors }], folder.deadline());
  const plan = await tearDown(SHOP);
  expect(plan.tables.map(({ view }) => view.viewName)).toEqual(['stats', '__precomputed__made']);
  expect(existsSync(folder.storePath())).toBe(false);
});

it('of a project that is not there changes nothing', async () => {
  await folder.apply(desiredShop(statsView(['trips'])));
  const bytes = folder.registryBytes();
  const plan = await tearDown('nobody');
  expect(Buffer.from(folder.registryBytes()).equals(bytes)).toBe(true);
  expect(folder.tables()).toEqual(['shop_stats']);
  expect(teardownQuestion(plan, WORDS)).toBeUndefined();
  expect(teardownLines(plan, WORDS)).toEqual(['The registry holds nothing of project nobody']);
});

it('removes what apply never writes: saved datasets', async () => {
  await folder.apply(desiredShop());
  await changeRegistry(
    folder.target(SHOP).registry,
    (registry) =>
      registry.savedDatasets.push(
        create(SavedDatasetSchema, { spec: { name: 'mine', project: SHOP } }),
        create(SavedDatasetSchema, { spec: { name: 'theirs', project: 'else' } }),
      ),
    folder.deadline(),
  );
  await tearDown(SHOP);
  expect(folder.registry().savedDatasets.map(({ spec }) => spec?.name)).toEqual(['theirs']);
});

it('is refused for a project that is marked as protected', async () => {
  const desired = desiredShop(statsView(['trips']));
  const tags = { 'feast.dev/protected-project': 'true' };
  await folder.apply({ ...desired, project: create(ProjectSchema, { spec: { name: SHOP, tags } }) });
  await expect(tearDown(SHOP)).rejects.toThrow(
    'project shop is protected by its tag feast.dev/protected-project: it is kept by something else',
  );
  expect(folder.tables()).toEqual(['shop_stats']);
});
