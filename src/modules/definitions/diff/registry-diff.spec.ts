import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { FeatureServiceSchema } from '../../../generated/feast/core/FeatureService_pb.js';
import { FeatureViewSchema, FeatureViewSpecSchema } from '../../../generated/feast/core/FeatureView_pb.js';
import { OnDemandFeatureViewSchema } from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import type { UserDefinedFunctionV2Schema } from '../../../generated/feast/core/Transformation_pb.js';
import type { FieldChange } from './field-changes.js';
import { objectChanges } from './registry-diff.js';
import { sectionOf } from './registry-objects.js';

describe('two definitions are the same', () => {
  it.each<[string, ViewSpec, ViewSpec]>([
    ['no ttl and a ttl of nothing', { ttl: durationFromMs(0) }, {}],
    ['no version, latest and LATEST', { version: 'LATEST' }, { version: '' }],
    ['v2, V2 and version2', { version: 'V2' }, { version: 'version2' }],
    [
      'features in another order',
      { features: [{ name: 'a' }, { name: 'b' }] },
      { features: [{ name: 'b' }, { name: 'a' }] },
    ],
    ['entities in another order', { entities: ['a', 'b'] }, { entities: ['b', 'a'] }],
    [
      'a format that says nothing and none',
      { batchSource: { options: { case: 'fileOptions', value: { fileFormat: {} } } } },
      { batchSource: { options: { case: 'fileOptions', value: {} } } },
    ],
    [
      'a source with its class and without',
      { batchSource: { name: 's', dataSourceClassType: 'feast.X', project: 'p' } },
      { batchSource: { name: 's' } },
    ],
  ])('%s', (_why, before, after) => {
    expect(viewChanges(before, after)).toEqual([]);
  });

  it.each<[string, ViewSpec, ViewSpec, string | RegExp]>([
    [
      'a source of another class',
      { batchSource: { name: 's', dataSourceClassType: 'a.A' } },
      { batchSource: { name: 's', dataSourceClassType: 'b.B' } },
      'batch_source.data_source_class_type: a.A -> b.B',
    ],
    [
      'another function without a text',
      udf({ body: new Uint8Array([1]) }),
      udf({ body: new Uint8Array([2]) }),
      /^feature_transformation\.user_defined_function\.body: 1 bytes, sha256 4bf5122f3445 -> 1 bytes, sha256 dbc1b4c900ff$/,
    ],
    ['another version', { version: 'v2' }, {}, 'version: v2 -> latest'],
    [
      'another ttl',
      { ttl: durationFromMs(90_000) },
      { ttl: durationFromMs(7 * 86_400_000) },
      'ttl: 1m30s -> 7d',
    ],
    [
      'a type',
      { features: [{ name: 'a', valueType: 4 }] },
      { features: [{ name: 'a', valueType: 5 }] },
      'features.a.value_type: INT64 -> DOUBLE',
    ],
    [
      'a new feature',
      {},
      { features: [{ name: 'a', valueType: 4, tags: { unit: 'km/h' } }] },
      'features: undefined -> { a: { name: a, value_type: INT64, tags: { unit: km/h } } }',
    ],
    [
      'a tag',
      { tags: { team: 'a', x: 'y' } },
      { tags: { team: 'two words, with a comma', x: 'y' } },
      'tags.team: a -> "two words, with a comma"',
    ],
  ])('but not %s', (_why, before, after, text) => {
    const told = viewChanges(before, after).map(
      (change) => `${change.path.join('.')}: ${change.before} -> ${change.after}`,
    );
    expect(told).toEqual([
      expect.stringMatching(text instanceof RegExp ? text : new RegExp(`^${escape(text)}$`)),
    ]);
  });

  it('nor functions of other lines: told as the lines that differ', () => {
    const before = [
      'function more(inputs) {',
      '  // first',
      '  const a = 1;',
      '  return a;',
      '  // last',
      '}',
    ].join('\n');
    const after = before.replace('a = 1', 'a = 2').replace('return a;', 'return a;\n  // never');
    const [change] = viewChanges(
      udf({ bodyText: before, body: new Uint8Array([1]) }),
      udf({ bodyText: after, body: new Uint8Array([2]) }),
    );
    expect(change?.lines).toEqual([
      '  …',
      '    // first',
      '-   const a = 1;',
      '+   const a = 2;',
      '    return a;',
      '+   // never',
      '    // last',
      '  …',
    ]);
  });

  it('and services with projections in another order are others: it is the order of an answer', () => {
    const service = (...names: readonly string[]) =>
      create(FeatureServiceSchema, {
        spec: { name: 's', features: names.map((featureViewName) => ({ featureViewName })) },
      });
    expect(objectChanges(sectionOf('feature_service'), service('a', 'b'), service('b', 'a'))).toEqual([
      { path: ['features'], before: 'order a, b', after: 'order b, a', lines: undefined },
    ]);
    expect(objectChanges(sectionOf('feature_service'), service('a', 'a'), service('a', 'a'))).toEqual([]);
    expect(objectChanges(sectionOf('feature_service'), service('a', 'a'), service('a', 'b'))).toHaveLength(1);
  });

  it('a function of an old registry, in its old field', () => {
    const text = { name: 'f', bodyText: 'return 1;' };
    const old = create(OnDemandFeatureViewSchema, { spec: { name: 'v', userDefinedFunction: text } });
    const now = create(OnDemandFeatureViewSchema, {
      spec: {
        name: 'v',
        featureTransformation: { transformation: { case: 'userDefinedFunction', value: text } },
      },
    });
    expect(objectChanges(sectionOf('on_demand_feature_view'), old, now)).toEqual([]);
  });
});

type ViewSpec = MessageInitShape<typeof FeatureViewSpecSchema>;

function viewChanges(before: ViewSpec, after: ViewSpec): readonly FieldChange[] {
  const view = (spec: ViewSpec) => create(FeatureViewSchema, { spec: create(FeatureViewSpecSchema, spec) });
  return objectChanges(sectionOf('feature_view'), view(before), view(after));
}

function udf(value: MessageInitShape<typeof UserDefinedFunctionV2Schema>): ViewSpec {
  return { featureTransformation: { transformation: { case: 'userDefinedFunction', value } } };
}

function escape(text: string): string {
  return text.replace(/[{}.*+?^$()|[\]\\]/g, '\\$&');
}
