import { describe, expect, it } from 'vitest';
import * as salver from '../../../definitions/index.js';
import { problemsOf as problemsOfRepo, untyped } from '../../../../test/support/definition-problems.js';

const { entity, featureView, fileSource, float32, int64, labelView, onDemandFeatureView, requestSource } =
  salver;

const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
const source = fileSource({ name: 'rows', path: 'rows.parquet', timestampField: 'at' });
const stats = featureView({
  name: 'stats',
  entities: [driver],
  schema: { trips: int64, rate: float32 },
  source,
});
const totals = featureView({ name: 'totals', schema: { trips: int64, total: float32 }, source });
const labels = labelView({ name: 'labels', entities: [driver], schema: { ok: int64 } });
const request = requestSource({ name: 'request', schema: { amount: float32 } });
const computed = onDemandFeatureView({
  name: 'computed',
  sources: { request },
  schema: { twice: float32 },
  mode: 'row',
  transform: (inputs) => ({ twice: inputs.request.amount }),
});
const known = { driver, stats, totals, labels, computed };

const problemsOf = (
  exports: Readonly<Record<string, unknown>>,
  onlineVersioning = false,
): readonly string[] => problemsOfRepo({ ...known, ...exports }, onlineVersioning);

const service = (...features: readonly unknown[]): unknown => untyped.featureService({ name: 's', features });
interface Selecting {
  select(...features: readonly unknown[]): Selecting;
  as(alias: unknown): Selecting;
  withJoinKeyMap(map: unknown): Selecting;
  atVersion(version: unknown): Selecting;
}
const selecting = stats as unknown as Selecting;

describe('what is wrong with a feature service', () => {
  it('views that are none, or not exported', () => {
    const hidden = featureView({ name: 'hidden', schema: { a: int64 }, source });
    const features = ['stats:trips', driver, hidden, hidden.select('a'), undefined, {}];
    expect(problemsOf({ service: service(...features) })).toEqual([
      'f.ts: service.features[0]: must be a view, or a part of one, is the text "stats:trips": write the definition itself, without quotes',
      "f.ts: service.features[1]: must be a view, or a part of one, is an entity ('driver')",
      "f.ts: service.features[2]: 'hidden' is a feature view that is not exported: write 'export const' before it, in a file of the repo",
      "f.ts: service.features[3]: 'hidden' is a feature view that is not exported: write 'export const' before it, in a file of the repo",
      'f.ts: service.features[4]: must be a view, or a part of one, is missing',
      'f.ts: service.features[5]: must be a view, or a part of one, is an object',
    ]);
  });

  it('features that do not exist', () => {
    const features = [
      selecting.select('trisp', 'driver_id', 7),
      selecting.select('trips', 'trips').as('twice'),
      selecting.select().as('empty'),
    ];
    expect(problemsOf({ service: service(...features) })).toEqual([
      "f.ts: service.features[0]: 'stats' has no feature 'trisp'; did you mean 'trips'?",
      "f.ts: service.features[0]: 'driver_id' is a join key of 'stats', not a feature: requests bring it themselves",
      'f.ts: service.features[0]: select() takes names of features, not the number 7',
      "f.ts: service.features[1]: selects 'trips' twice",
      'f.ts: service.features[2]: selects no feature: name at least one, or use the whole view',
    ]);
  });

  it('names and join keys that cannot be', () => {
    const features = [
      selecting.as('a:b'),
      selecting.as(''),
      selecting.withJoinKeyMap({ drivr_id: 'x', driver_id: 7 }),
      (labels as unknown as Selecting).withJoinKeyMap({ driver_id: 'x' }),
      selecting.atVersion('v1'),
      stats.as('versioned').atVersion(1),
    ];
    expect(problemsOf({ service: service(...features) })).toEqual([
      "f.ts: service.features[0]: the name 'a:b' must not contain ':', which separates the parts of a reference to a feature",
      'f.ts: service.features[1]: as() takes a name that is not empty, not the text ""',
      'f.ts: service.features[2]: withJoinKeyMap().driver_id must be a text, is the number 7',
      "f.ts: service.features[2]: 'stats' has no join key 'drivr_id'; did you mean 'driver_id'?",
      "f.ts: service.features[2]: 'stats' has the feature 'trips' in this service already: remove one, or give one of them another name with as()",
      'f.ts: service.features[3]: withJoinKeyMap() is for feature views and stream feature views',
      'f.ts: service.features[4]: atVersion() takes the number of a version, 0 or more, not the text "v1"',
      "f.ts: service.features[4]: 'stats' has the feature 'trips' in this service already: remove one, or give one of them another name with as()",
      "f.ts: service.features[5]: atVersion() needs 'enable_online_feature_view_versioning: true' under 'registry' in feature_store.yaml",
    ]);
    expect(problemsOf({ service: service(stats.atVersion(1), stats) }, true)).toEqual([]);
  });

  it('two parts under one name, unless they fit together', () => {
    expect(problemsOf({ service: service(stats.select('trips'), stats.select('rate'), totals) })).toEqual([]);
    const other = stats.select('rate').withJoinKeyMap({ driver_id: 'other' });
    expect(problemsOf({ service: service(stats.select('trips'), other, totals.as('stats')) })).toEqual([
      "f.ts: service.features[1]: 'stats' is in this service already with other join keys: give one of them another name with as()",
      "f.ts: service.features[2]: 'totals' and 'stats' both go by the name 'stats': give one of them another with as()",
    ]);
  });

  it('vectors of what is computed when it is read, and logs to nowhere', () => {
    const precomputed = untyped.featureService({
      name: 's',
      features: [stats, computed],
      precomputeOnline: true,
      loggingConfig: { sampleRate: 2, dest: {} },
    });
    expect(problemsOf({ precomputed })).toEqual([
      "f.ts: precomputed.features[1]: 'computed' is computed when it is read, so precomputeOnline cannot have it: remove one of them",
      'f.ts: precomputed.loggingConfig.sampleRate: must be between 0 and 1, is 2',
      "f.ts: precomputed.loggingConfig.destination: is missing: { path: 'data/log' }",
      "f.ts: precomputed.loggingConfig.dest: there is no such option; did you mean 'destination'?",
    ]);
  });
});

describe('what is wrong with an on-demand view', () => {
  const view = { name: 'v', schema: { a: float32 }, mode: 'row', transform: () => ({ a: 1 }) };

  it('no sources, no mode, no function', () => {
    const empty = untyped.onDemandFeatureView({
      name: 'v',
      schema: { a: float32 },
      sources: {},
      transform: 'a + b',
    });
    expect(problemsOf({ empty })).toEqual([
      'f.ts: empty.sources: is missing: name at least one view or request source, such as { stats }',
      "f.ts: empty.mode: is missing: 'row' or 'columns'",
      'f.ts: empty.transform: must be a function such as ({ stats }) => ({ … }), is the text "a + b"',
    ]);
  });

  it('sources that have no rows, or are there twice', () => {
    const sources = {
      driver,
      computed,
      labels,
      source,
      one: stats,
      two: stats.select('rate'),
      no: selecting.select('rat'),
    };
    expect(problemsOf({ view: untyped.onDemandFeatureView({ ...view, sources }) })).toEqual([
      "f.ts: view.sources.driver: must be a feature view, is an entity ('driver')",
      "f.ts: view.sources.computed: must be a feature view, is an on-demand feature view ('computed')",
      "f.ts: view.sources.labels: must be a feature view, is a label view ('labels')",
      "f.ts: view.sources.source: must be made by one of requestSource, is a source ('rows'), made by fileSource",
      "f.ts: view.sources.no: 'stats' has no feature 'rat'; did you mean 'rate'?",
      "f.ts: view.sources.two: there is a source of the name 'stats' already: a view and a request source can be used once",
      "f.ts: view.sources.no: there is a source of the name 'stats' already: a view and a request source can be used once",
    ]);
  });

  it('aggregations that make what the schema does not have, twice, or by time', () => {
    const aggregated = untyped.aggregatedFeatureView({
      name: 'view',
      sources: { stats },
      schema: { total: salver.int64, left: salver.int64 },
      aggregations: [
        { column: 'rate', function: 'sum', name: 'total' },
        { column: 'rate', function: 'max', name: 'total' },
        { column: 'rate', function: 'mean', timeWindow: salver.minutes(5) },
      ],
    });
    expect(problemsOf({ view: aggregated })).toEqual([
      "f.ts: view.aggregations[1]: makes 'total', as another one does",
      "f.ts: view.aggregations[2]: makes 'mean_rate', which is not in the schema",
      'f.ts: view.aggregations[2]: has a timeWindow, and the rows of a request have no time',
      'f.ts: view.schema.left: is made by none of the aggregations',
    ]);
    const none = untyped.aggregatedFeatureView({
      name: 'view',
      sources: { stats },
      schema: {},
      aggregations: [],
    });
    expect(problemsOf({ view: none })).toContain('f.ts: view.aggregations: is empty: name at least one');
  });

  it('functions whose result comes bit by bit', () => {
    const transform = function* (): Generator {
      yield { a: 1 };
    };
    expect(
      problemsOf({ view: untyped.onDemandFeatureView({ ...view, sources: { stats }, transform }) }),
    ).toEqual([
      'f.ts: view.transform: must be a function that returns all values at once, or a promise of them: it cannot be a generator',
    ]);
  });
});

describe('what is wrong with a permission', () => {
  it('types, actions, patterns and policies that do not exist', () => {
    const permission = untyped.permission({
      name: 'p',
      types: ['FeatureVew', 'Entity'],
      actions: ['READ'],
      namePatterns: ['', '('],
      policy: 'admin',
    });
    expect(problemsOf({ permission })).toEqual([
      expect.stringMatching(
        /^f\.ts: permission\.types\[0\]: must be one of 'Project', .*, is the text "FeatureVew"; did you mean 'FeatureView'\?$/,
      ),
      expect.stringMatching(
        /^f\.ts: permission\.actions\[0\]: must be one of 'CREATE', .*, is the text "READ"/,
      ),
      expect.stringMatching(/^f\.ts: permission\.namePatterns\[1\]: is a pattern that would never match: /),
      'f.ts: permission.namePatterns[0]: must be a text that is not empty, is the text ""',
      `f.ts: permission.policy: must be a policy such as roleBased(['reader']), is the text "admin"`,
    ]);
  });

  it('nobody who would pass', () => {
    const none = untyped.permission({ name: 'none', actions: [] });
    const roles = salver.permission({ name: 'roles', policy: salver.roleBased([]) });
    const both = salver.permission({
      name: 'both',
      policy: salver.groupAndNamespace({ groups: [], namespaces: [] }),
    });
    expect(problemsOf({ none, roles, both })).toEqual([
      'f.ts: none.actions: allows nothing: name at least one, or leave it out for all',
      "f.ts: none.policy: is missing: roleBased(['reader']), another policy, or allowAll for everybody",
      'f.ts: roles.policy.roles: names nobody, so that nobody would pass: name at least one',
      'f.ts: both.policy.groups: names nobody, so that nobody would pass: name at least one',
    ]);
  });
});
