import {
  clone,
  create,
  type DescField,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { FeatureServiceSchema } from '../../../generated/feast/core/FeatureService_pb.js';
import { FeatureViewSchema, FeatureViewSpecSchema } from '../../../generated/feast/core/FeatureView_pb.js';
import { OnDemandFeatureViewSchema } from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import type { UserDefinedFunctionV2Schema } from '../../../generated/feast/core/Transformation_pb.js';
import type { FieldChange } from './field-changes.js';
import { objectChanges } from './registry-diff.js';
import { OBJECT_SECTIONS, sectionOf, type ObjectSection, type RegistryObject } from './registry-objects.js';

const VIEW_SPEC = 'feast.core.FeatureViewSpec';

/** Messages contain themselves (a push source its batch source, a view its source views): so deep, and no deeper. */
function isTooDeep(typeName: string, nesting: readonly string[]): boolean {
  const depth = nesting.filter((name) => name === typeName).length;
  const insideSourceView = nesting.indexOf(VIEW_SPEC) !== nesting.lastIndexOf(VIEW_SPEC);
  return (
    depth >= (typeName === VIEW_SPEC ? 2 : 1) || (insideSourceView && typeName !== 'feast.core.FeatureSpecV2')
  );
}

/** Fields a change of which nobody is told; the reasons are in comparison-rules.ts. */
const NOT_TOLD: readonly RegExp[] = [
  /^\w+: (.*\.)?meta(\.|$)/,
  /^\w+: (.*\.)?project$/,
  // Nothing reads the old field where the new one is set.
  /^on_demand_feature_view: user_defined_function(\.|$)/,
  // The text of the function decides; it is set in these messages. A function without a text: see below.
  /user_defined_function\.body$/,
];

/** Removing it says nothing either: what follows from another field may be left out. */
const MAY_BE_ABSENT = /(^|[ .])data_source_class_type$/;

/** Removing it lets the old field step in, which is told as another function. */
const HAS_A_STAND_IN = /^on_demand_feature_view: feature_transformation(\.\w+)?$/;

/** What a member of a list is known by: under another name it is another one, so one goes and one comes. */
const NAMES = /\[0\]\.(name|feature_view_name_alias|version_tag)$/;

type Operation = 'set' | 'remove' | 'add';

interface Leaf {
  /** `[0]` stands for a member of a list. */
  readonly path: readonly string[];
  readonly operation: Operation;
  /** Changes the one field of a copy. */
  readonly change: (root: ReflectMessage) => void;
}

let counter = 0;

/** A message with every field set, one member of each oneof: the `choice`th. */
function filled(desc: DescMessage, choice: number, nesting: readonly string[] = []): Message {
  const message = reflect(desc, create(desc));
  for (const field of desc.fields) {
    const { oneof } = field;
    if (oneof !== undefined && oneof.fields[choice % oneof.fields.length] !== field) continue;
    setField(message, field, choice, nesting);
  }
  return message.message;
}

function setField(
  message: ReflectMessage,
  field: DescField,
  choice: number,
  nesting: readonly string[],
): void {
  const value = () => sample(field, choice, nesting);
  if (value() === undefined) return;
  switch (field.fieldKind) {
    case 'list':
      message.get(field).add(value() as never);
      message.get(field).add(value() as never);
      return;
    case 'map':
      message.get(field).set('key' as never, value() as never);
      return;
    default:
      message.set(field, value() as never);
  }
}

/** Another value at each call; undefined: too deep. */
function sample(field: DescField, choice: number, nesting: readonly string[]): unknown {
  counter++;
  if (field.message !== undefined) {
    const { typeName } = field.message;
    if (isTooDeep(typeName, nesting)) return undefined;
    return reflect(field.message, filled(field.message, choice, [...nesting, typeName]));
  }
  if (field.enum !== undefined)
    return field.enum.values[1 + (counter % (field.enum.values.length - 1))]?.number;
  switch (field.scalar) {
    case ScalarType.STRING:
      return `text${counter}`;
    case ScalarType.BYTES:
      return new TextEncoder().encode(`bytes${counter}`);
    case ScalarType.BOOL:
      return true;
    case ScalarType.INT64:
      return BigInt(counter);
    default:
      return counter;
  }
}

/** Every field below a message that holds one value, with a way to change it alone. */
function leaves(
  message: ReflectMessage,
  path: readonly string[],
  from: (root: ReflectMessage) => ReflectMessage,
): readonly Leaf[] {
  return message.fields.flatMap((field): readonly Leaf[] => {
    if (!message.isSet(field)) return [];
    const here = [...path, field.name];
    switch (field.fieldKind) {
      case 'message': {
        const own = (root: ReflectMessage) => from(root).get(field);
        const time = /Timestamp|Duration/.test(field.message.typeName);
        const below = time
          ? [
              {
                path: here,
                operation: 'set' as const,
                change: (root: ReflectMessage) => setSeconds(own(root)),
              },
            ]
          : leaves(message.get(field), here, own);
        return [...below, { path: here, operation: 'remove', change: (root) => from(root).clear(field) }];
      }
      case 'list':
        return [
          ...(field.message === undefined
            ? []
            : leaves(
                [...message.get(field)][0] as ReflectMessage,
                [...here, '[0]'],
                (root) => from(root).get(field).get(0) as ReflectMessage,
              )),
          {
            path: here,
            operation: 'add',
            change: (root) =>
              from(root)
                .get(field)
                .add(sample(field, 0, []) as never),
          },
        ];
      case 'map':
        return [
          ...(field.message === undefined
            ? []
            : leaves(
                message.get(field).get('key' as never) as ReflectMessage,
                [...here, 'key'],
                (root) =>
                  from(root)
                    .get(field)
                    .get('key' as never) as ReflectMessage,
              )),
          {
            path: [...here, 'other'],
            operation: 'set',
            change: (root) =>
              from(root)
                .get(field)
                .set('other' as never, sample(field, 0, []) as never),
          },
          {
            path: [...here, 'key'],
            operation: 'remove',
            change: (root) =>
              from(root)
                .get(field)
                .delete('key' as never),
          },
        ];
      case 'enum': {
        const other = field.enum.values.find(({ number }) => number !== message.get(field))?.number as number;
        return [{ path: here, operation: 'set', change: (root) => from(root).set(field, other as never) }];
      }
      default:
        return [
          {
            path: here,
            operation: 'set',
            change: (root) =>
              from(root).set(
                field,
                (field.scalar === ScalarType.BOOL ? false : sample(field, 0, [])) as never,
              ),
          },
          { path: here, operation: 'remove', change: (root) => from(root).clear(field) },
        ];
    }
  });
}

function setSeconds(time: ReflectMessage): void {
  Object.assign(time.message, { seconds: BigInt(++counter) });
}

interface Case {
  readonly name: string;
  readonly section: ObjectSection;
  readonly base: RegistryObject;
  readonly leaf: Leaf;
}

/** Most oneofs of the registry have no more members than this. */
const CHOICES = 14;

const CASES: readonly Case[] = OBJECT_SECTIONS.flatMap((section) => {
  const cases = new Map<string, Case>();
  for (let choice = 0; choice < CHOICES; choice++) {
    const base = filled(section.schema, choice) as RegistryObject;
    for (const leaf of leaves(reflect(section.schema, base), [], (root) => root)) {
      if (leaf.path.join() === 'spec') continue;
      const path = leaf.path[0] === 'spec' ? leaf.path.slice(1) : leaf.path;
      const name = `${section.kind}: ${path.join('.')}`;
      const key = `${leaf.operation} ${name}`;
      if (!cases.has(key)) cases.set(key, { name, section, base, leaf: { ...leaf, path } });
    }
  }
  return [...cases.values()];
});

function changesOf({ section, base, leaf }: Case): readonly FieldChange[] {
  const changed = clone(section.schema, base) as RegistryObject;
  leaf.change(reflect(section.schema, changed));
  // As it will be read back: what is set to its default is not there.
  const read = fromBinary(section.schema, toBinary(section.schema, changed)) as RegistryObject;
  return objectChanges(section, base, read);
}

function isTold({ name, leaf }: Case): boolean {
  if (leaf.operation === 'remove' && MAY_BE_ABSENT.test(name)) return false;
  return !NOT_TOLD.some((pattern) => pattern.test(name));
}

/** `[0]` is the name of the member, or its place. */
function covers(path: readonly string[], place: readonly string[]): boolean {
  return path.every((part, i) => part === place[i] || place[i] === '[0]');
}

function isExpected({ leaf, name }: Case, changes: readonly FieldChange[]): boolean {
  const [first] = changes;
  if (first === undefined) return false;
  if (NAMES.test(name)) {
    const list = leaf.path.slice(0, -2);
    // Without a name, a list is compared as a whole.
    return changes.every(({ path }) => covers(path.slice(0, list.length), list)) && changes.length <= 2;
  }
  if (leaf.operation === 'remove' && HAS_A_STAND_IN.test(name)) {
    return changes.every(({ path }) => path[0] === 'feature_transformation');
  }
  if (changes.length > 1) return false;
  switch (leaf.operation) {
    case 'set':
      return first.path.length === leaf.path.length && covers(first.path, leaf.path);
    case 'add':
      return (
        covers(first.path.slice(0, leaf.path.length), leaf.path) && first.path.length <= leaf.path.length + 1
      );
    case 'remove':
      // What holds nothing any more is gone as well.
      return covers(first.path, leaf.path);
  }
}

describe('a change of one field', () => {
  it('is looked at for every field of every kind', () => {
    const reached = new Set(CASES.map(({ name }) => name));
    for (const section of OBJECT_SECTIONS) {
      for (const { name } of (section.schema.field['spec']?.message ?? section.schema).fields) {
        const place = `${section.kind}: ${name}`;
        expect(
          [...reached].some((one) => one === place || one.startsWith(`${place}.`)),
          place,
        ).toBe(true);
      }
    }
    expect(reached.size).toBeGreaterThan(1000);
  });

  it('is told alone, under its path', () => {
    const wrong = CASES.filter(isTold).flatMap((one) => {
      const changes = changesOf(one);
      const paths = changes.map(({ path }) => path.join('.'));
      return isExpected(one, changes)
        ? []
        : [`${one.leaf.operation} ${one.name} -> ${JSON.stringify(paths)}`];
    });
    expect(wrong).toEqual([]);
  });

  it('is not told where it is the registry that writes the field, or another field decides', () => {
    const told = CASES.filter((one) => !isTold(one) && changesOf(one).length > 0);
    expect(told.map(({ name }) => name)).toEqual([]);
  });
});

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
