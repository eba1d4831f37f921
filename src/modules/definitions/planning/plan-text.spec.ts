import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApplyFolder } from '../../../../test/support/apply-folder.js';
import { applyScenarios } from '../../../../test/support/apply-scenarios.js';
import { desiredShop, SHOP, statsView } from '../../../../test/support/desired-shop.js';
import { OnDemandFeatureViewSchema } from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import { RegistryDocument } from '../../registry/registry-document.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { type ApplyPlan, losses, planApply } from './apply-plan.js';
import { planDocument } from './plan-document.js';
import { lossLines, pathText, registryLines, storeLines, type StoreWords } from './plan-text.js';
import { changeProject } from './project-change.js';

let folder: ApplyFolder;

beforeEach(() => {
  folder = ApplyFolder.make();
});

afterEach(() => folder.remove());

const WORDS: StoreWords = {
  location: 'the store',
  tableLabel: 'sqlite table',
  nameOf: ({ project, viewName, version }) => `${project}_${viewName}${version === 0 ? '' : `_v${version}`}`,
};
const STATS = desiredShop(statsView(['trips']));

async function textOf(
  desired: DesiredRegistry,
  options = {},
): Promise<{ plan: ApplyPlan; lines: readonly string[] }> {
  const plan = await planApply(folder.target(SHOP, options), desired, folder.deadline());
  return { plan, lines: [...registryLines(plan), ...storeLines(plan, WORDS)] };
}

it('tells each changed object with its changed fields, and the tables', async () => {
  await folder.apply(desiredShop(statsView(['trips', 'rides']), statsView(['x'], { name: 'gone' })));
  const changed = statsView(['trips'], { ttl: durationFromMs(86_400_000), tags: { 'a.b': 'c' } });
  const { lines } = await textOf(desiredShop(changed, statsView(['x'], { name: 'fresh' })));
  expect(lines).toEqual([
    'Created feature view fresh',
    'Deleted feature view gone',
    'Updated feature view stats',
    '\tfeatures.rides: { name: rides, value_type: INT64 } -> (none)',
    '\ttags: (none) -> { a.b: c }',
    '\tttl: (none) -> 1d',
    'Created sqlite table shop_fresh',
    'Deleted sqlite table shop_gone',
  ]);
});

it('tells a function by its lines', async () => {
  const view = (bodyText: string) =>
    create(OnDemandFeatureViewSchema, {
      spec: {
        name: 'more',
        project: SHOP,
        featureTransformation: { transformation: { case: 'userDefinedFunction', value: { bodyText } } },
      },
    });
  await folder.apply({ ...STATS, onDemandFeatureViews: [view('(row) => ({\n  more: row.a + 1,\n})')] });
  const { lines } = await textOf({
    ...STATS,
    onDemandFeatureViews: [view('(row) => ({\n  more: row.a + 2,\n})')],
  });
  expect(lines).toEqual([
    'Updated on demand feature view more',
    '\tfeature_transformation.user_defined_function.body_text:',
    '\t    (row) => ({',
    '\t  -   more: row.a + 1,',
    '\t  +   more: row.a + 2,',
    '\t    })',
    'No changes to infrastructure',
  ]);
});

it('tells a version that is only saved, and the other file of a table', async () => {
  await folder.apply(STATS);
  const more = desiredShop(statsView(['trips', 'more']));
  expect((await textOf(more, { noPromote: true })).lines.slice(0, 2)).toEqual([
    'Saved version v1 of feature view stats, not promoted',
    '\tfeatures.more: (none) -> { name: more, value_type: INT64 }',
  ]);
  expect((await textOf(STATS, { store: 'other.db' })).lines).toEqual([
    'No changes to registry',
    'Created sqlite table shop_stats',
    'Updated sqlite table shop_stats',
    `\tpath: ${folder.storePath()} -> ${folder.storePath('other.db')}`,
  ]);
});

it('tells what would be lost', async () => {
  await folder.apply(STATS);
  folder.addRow('shop_stats');
  const { plan } = await textOf(desiredShop());
  expect(lossLines(losses(plan), WORDS)).toEqual([
    '  feature view stats: its rows (sqlite table shop_stats in the store)',
  ]);
  const unknown = plan.drops.map((state) => ({ ...state, holdsRows: undefined }));
  expect(lossLines(unknown, { ...WORDS, tableLabel: undefined })).toEqual([
    '  feature view stats: whatever rows it has in the store',
  ]);
  expect(storeLines(plan, { ...WORDS, tableLabel: undefined })).toEqual([
    'Deleted rows of feature view stats in the store',
  ]);
  expect(storeLines(plan, undefined)).toEqual(['No changes to infrastructure']);
});

it('is one JSON document for a program', async () => {
  await folder.apply(STATS);
  folder.addRow('shop_stats');
  const { plan } = await textOf(desiredShop(statsView(['x'], { name: 'fresh' })));
  const document = planDocument(SHOP, plan, WORDS, ['a warning']);
  expect(JSON.parse(JSON.stringify(document))).toEqual({
    project: 'shop',
    objects: [
      { action: 'created', kind: 'feature_view', name: 'fresh' },
      { action: 'deleted', kind: 'feature_view', name: 'stats' },
    ],
    tables: [
      { action: 'created', name: 'shop_fresh', store: 'the store', view: 'fresh' },
      { action: 'deleted', name: 'shop_stats', store: 'the store', view: 'stats', holdsRows: true },
    ],
    warnings: ['a warning'],
  });
});

it.each([
  [['tags', 'team'], 'tags.team'],
  [['tags', 'a.b', 'c'], 'tags["a.b"].c'],
  [['features', '"quoted name"'], 'features["\\"quoted name\\""]'],
])('%j is %s', (path, text) => {
  expect(pathText(path)).toBe(text);
});

/** Lines of Feast about objects and tables; those about fields are of another form. */
const FACTS = /^(Created|Deleted|No changes to infrastructure)/;

it.each(
  applyScenarios().flatMap(({ name, repo, steps }) =>
    steps
      .filter(({ code, command }) => code === 0 && command.join() === 'apply')
      .map((step) => ({ why: `${name}: ${step.title}`, repo, step })),
  ),
)('says what Feast says is created and deleted: $why', ({ step }) => {
  const { registry } =
    step.before === undefined ? RegistryDocument.empty() : RegistryDocument.decode(step.before);
  const change = changeProject(registry, step.desired, {
    noPromote: false,
    versioning: false,
    layout: undefined,
  });
  const plan: ApplyPlan = { change, creates: [], drops: [], warnings: [] };
  const ours = registryLines(plan).filter((line) => FACTS.test(line) && !line.includes(' data source '));
  const theirs = step.stdout
    .split('\n')
    .filter((line) => FACTS.test(line) && !/ sqlite table |infrastructure/.test(line));
  expect(ours.toSorted()).toEqual(theirs.toSorted());
});
