import { describe, expect, it } from 'vitest';
import * as salver from '../../../definitions/index.js';
import { untyped } from '../../../../test/support/definition-problems.js';
import { driver, problemsOf, pushed, schema, stats } from '../../../../test/support/trip-definitions.js';

const { days, entity, featureService, featureView, fileSource, float32, int64, list } = salver;
const { requestSource, roleBased, set, string, struct, unixTimestamp, zonedTimestamp } = salver;

describe('what is wrong with definitions', () => {
  it('is nothing when all is right', () => {
    expect(problemsOf({ request: requestSource({ name: 'request', schema: { amount: float32 } }) })).toEqual(
      [],
    );
  });

  describe('options', () => {
    it('that are not there at all', () => {
      expect(problemsOf({ a: untyped.featureView(), b: untyped.entity('driver') })).toEqual([
        'f.ts: a: must be an object with options, is missing',
        'f.ts: b: must be an object with options, is the text "driver"',
      ]);
    });

    it('that do not exist, with the one that was meant', () => {
      const view = untyped.featureView({ name: 'v', entities: [driver], schema, tll: days(7), 'a b': 1 });
      expect(problemsOf({ view })).toEqual([
        "f.ts: view.tll: there is no such option; did you mean 'ttl'?",
        'f.ts: view.["a b"]: there is no such option',
      ]);
    });

    it('of the wrong kind, all at once', () => {
      const view = untyped.featureView({
        name: 7,
        entities: 'driver',
        schema,
        ttl: 7,
        online: 'yes',
        tags: { team: 1 },
        version: 'two',
        mode: 'typescript',
        description: null,
      });
      expect(problemsOf({ view })).toEqual([
        'f.ts: view.entities: must be a list, is the text "driver"',
        'f.ts: view.name: must be a text, is the number 7',
        'f.ts: view.ttl: must be a duration such as days(7), is the number 7',
        'f.ts: view.description: must be a text, is null',
        'f.ts: view.tags.team: must be a text, is the number 1',
        'f.ts: view.online: must be true or false, is the text "yes"',
        `f.ts: view.mode: must be one of 'python', 'pandas', 'spark_sql', 'spark', 'flink', 'ray', 'sql', 'substrait', is the text "typescript"`,
        "f.ts: view.version: must be 'latest' or a version such as 'v2', is 'two'",
      ]);
    });

    it('that are negative', () => {
      const view = featureView({ name: 'v', schema, ttl: days(-1) });
      expect(problemsOf({ view })).toEqual([
        'f.ts: view.ttl: must be a duration of 0 to 10 000 years, is -86400 seconds',
      ]);
    });
  });

  describe('names', () => {
    it('that are there already: of views of all kinds, whatever their case', () => {
      const labels = salver.labelView({ name: 'Stats', entities: [driver], schema: { ok: string } });
      const again = featureView({ name: 'stats', schema });
      expect(problemsOf({ labels, again })).toEqual([
        "f.ts: labels.name: is the name of a feature view already ('stats' in f.ts), and names that differ in case alone are the same: give one of them another name",
        "f.ts: again.name: is the name of a feature view already ('stats' in f.ts): give one of them another name",
      ]);
    });

    it('of the same thing under two exports', () => {
      expect(problemsOf({ again: stats })).toEqual([]);
    });

    it('that a reference cannot be made of', () => {
      const views = ['a@b', 'a:b', '', '__precomputed__x'].map((name) => featureView({ name, schema }));
      expect(problemsOf({ views })).toEqual([
        "f.ts: views[0].name: must not contain '@', which separates the parts of a reference to a feature",
        "f.ts: views[1].name: must not contain ':', which separates the parts of a reference to a feature",
        'f.ts: views[2].name: must not be empty',
        "f.ts: views[3].name: must not begin with '__precomputed__', under which vectors of feature services are kept",
      ]);
    });

    it("that are Feast's own", () => {
      const dummy = entity({ name: '__dummy', joinKey: '__dummy_id', type: string });
      expect(problemsOf({ dummy })).toEqual([
        "f.ts: dummy.name: '__dummy' is Feast's own, for views without entities: give the entity another name",
        "f.ts: dummy.joinKey: '__dummy_id' is Feast's own, for views without entities: use another column",
      ]);
    });

    it('of the project', () => {
      const shop = salver.project({ name: 'shop' });
      const other = salver.project({ name: 'other' });
      expect(problemsOf({ other })).toEqual([
        "f.ts: other.name: is 'other', but feature_store.yaml names the project 'shop': make them the same",
      ]);
      expect(problemsOf({ shop, other })).toEqual([
        "f.ts: other: a repo has one project, and this one is defined already ('shop' in f.ts): remove one",
      ]);
    });
  });

  describe('entities', () => {
    it('that are something else, or not exported, or not the exported one', () => {
      const hidden = entity({ name: 'hidden', type: int64 });
      const copy = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
      const other = entity({ name: 'driver', joinKey: 'driver_no', type: int64 });
      const view = untyped.featureView({
        name: 'v',
        schema,
        entities: ['driver', stats, hidden, copy, undefined],
      });
      const otherView = featureView({ name: 'w', schema, entities: [other] });
      expect(problemsOf({ view, otherView })).toEqual([
        'f.ts: view.entities[0]: must be an entity, is the text "driver": write the definition itself, without quotes',
        "f.ts: view.entities[1]: must be an entity, is a feature view ('stats')",
        "f.ts: view.entities[2]: 'hidden' is an entity that is not exported: write 'export const' before it, in a file of the repo",
        'f.ts: view.entities[4]: must be an entity, is missing',
        "f.ts: otherView.entities[0]: is not the 'driver' that is exported ('driver' in f.ts): import that one",
      ]);
    });

    it('of one join key', () => {
      const pilot = entity({ name: 'pilot', joinKey: 'driver_id', type: string });
      const view = featureView({ name: 'v', schema, entities: [driver, pilot, driver] });
      expect(problemsOf({ pilot, view })).toEqual([
        "f.ts: pilot.type: the join key 'driver_id' has another type in 'driver' in f.ts: make them the same",
        "f.ts: view.entities[1]: 'pilot' has the join key 'driver_id' of 'driver': entities of a view need different join keys",
        "f.ts: view.entities[2]: 'driver' is in the list twice",
      ]);
    });

    it('whose key has no type, or another type, or one that is no key', () => {
      const free = entity({ name: 'free' });
      const document = untyped.entity({ name: 'document', type: salver.json });
      const none = featureView({ name: 'none', schema, entities: [free] });
      const other = featureView({
        name: 'other',
        schema: { ...schema, driver_id: string },
        entities: [driver],
      });
      expect(problemsOf({ free, document, none, other })).toEqual([
        'f.ts: document.type: a join key cannot be of the type JSON: use int64, int32, string, bytes or unixTimestamp',
        "f.ts: none.entities: nobody says the type of 'free': give the entity 'free' a type, or add 'free' to the schema",
        "f.ts: other.schema.driver_id: the join key has another type than its entity 'driver': make them the same, or remove it here",
      ]);
    });
  });

  describe('schemas', () => {
    it('with what is no type', () => {
      const view = untyped.featureView({
        name: 'v',
        schema: {
          a: 'int64',
          b: untyped.list('int64'),
          c: untyped.list(zonedTimestamp),
          d: untyped.set(struct({ a: int64 })),
          e: struct({}),
          f: struct({ inner: untyped.list(salver.scalarMap) }),
          g: days,
        },
      });
      expect(problemsOf({ view })).toEqual([
        'f.ts: view.schema.a: must be a type such as int64, is the text "int64"',
        'f.ts: view.schema.b: is not a type such as int64, string or list(float32)',
        'f.ts: view.schema.c: is a list of ZONED_TIMESTAMP, and Feast has no such type',
        'f.ts: view.schema.d: is a set of STRUCT, and Feast has no such type',
        'f.ts: view.schema.e: is a struct without members: give it at least one',
        "f.ts: view.schema.f: has a member 'inner' that is a list of SCALAR_MAP, and Feast has no such type",
        'f.ts: view.schema.g: must be a type such as int64, is a function',
      ]);
    });

    it('without features', () => {
      const empty = featureView({ name: 'empty', schema: {} });
      const keys = featureView({ name: 'keys', schema: { driver_id: int64 }, entities: [driver] });
      expect(problemsOf({ empty, keys })).toEqual([
        'f.ts: empty.schema: has no features: name at least one',
        'f.ts: keys.schema: has no features: name at least one',
      ]);
    });

    it('with vectors that are none', () => {
      const view = untyped.featureView({
        name: 'v',
        schema: {
          a: list(float32, { vectorIndex: true, vectorLength: 4 }),
          b: list(float32, { vectorIndex: true, vectorLength: 2.5 }),
          c: untyped.set(int64, { vectorIndex: true }),
          d: untyped.int64({ vectorLenght: 3 }),
        },
      });
      expect(problemsOf({ view })).toEqual([
        'f.ts: view.schema.b.vectorLength: must be a whole number of 0 or more, is 2.5',
        'f.ts: view.schema.c.vectorIndex: is for lists of numbers, such as list(float32)',
        "f.ts: view.schema.d.vectorLenght: there is no such option; did you mean 'vectorLength'?",
        "f.ts: view.schema.b: a view can have one vectorIndex, and 'a' has it already",
        "f.ts: view.schema.c: a view can have one vectorIndex, and 'a' has it already",
      ]);
    });

    it('with columns that the source has for itself, or calls otherwise', () => {
      const mapped = fileSource({
        name: 'm',
        path: 'm',
        timestampField: 'at',
        fieldMapping: { raw: 'trips' },
      });
      const times = featureView({
        name: 'times',
        schema: { at: unixTimestamp, made: unixTimestamp },
        source: pushed,
      });
      const names = featureView({ name: 'names', schema: { raw: int64 }, source: mapped });
      expect(problemsOf({ times, names })).toEqual([
        "f.ts: times.schema.at: is the timestampField of the source 'rows', which cannot be a feature too: remove it from the schema",
        "f.ts: times.schema.made: is the createdTimestampColumn of the source 'rows', which cannot be a feature too: remove it from the schema",
        "f.ts: names.schema.raw: the source calls this column 'trips' (fieldMapping): use that name, or remove the mapping",
      ]);
    });
  });

  it('is told with the definition it belongs to, in their order', () => {
    const second = featureView({
      name: 'v:1',
      schema,
      source: fileSource({ path: '', timestampField: 'at' }),
    });
    const first = featureService({ name: '', features: [] });
    expect(problemsOf({ first, second })).toEqual([
      'f.ts: first.name: must not be empty',
      'f.ts: first.features: is missing: name at least one view',
      'f.ts: second.source.path: must not be empty',
      "f.ts: second.name: must not contain ':', which separates the parts of a reference to a feature",
    ]);
  });

  it('is nothing about a permission that is right', () => {
    const permission = salver.permission({
      name: 'p',
      policy: roleBased(['reader']),
      namePatterns: ['(?P<a>x)', 'a+?'],
    });
    expect(problemsOf({ permission, unused: set(string) })).toEqual([]);
  });
});
