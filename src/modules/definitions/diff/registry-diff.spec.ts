import { clone, create, type DescField, type DescMessage, fromBinary, type Message, ScalarType, toBinary } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { describe, expect, it } from 'vitest';
import { RegistrySchema } from '../../../generated/feast/core/Registry_pb.js';
import { desiredFrom } from '../../../../test/support/apply-scenarios.js';
import type { FieldChange } from './field-changes.js';
import { diffRegistry, objectChanges } from './registry-diff.js';
import { OBJECT_SECTIONS, type ObjectSection, type RegistryObject } from './registry-objects.js';

/** Messages contain themselves (a push source its batch source): so deep, and no deeper. */
const MAX_NESTING = 2;

/** Fields a change of which nobody is told, each with its reason in comparison-rules.ts. */
const NOT_TOLD: readonly RegExp[] = [
  /(^|\.)meta(\.|$)/,
  /(^|\.)project$/,
  // Nothing reads the old field where the new one is set.
  /^on_demand_feature_view: spec\.user_defined_function(\.|$)/,
  // The text decides: it is set in these messages, see below for bodies without one.
  /user_defined_function\.body$/,
];

/** Names: another one is another object, so one is gone and one is new. */
const NAMES = /^(features|entity_columns|source_views|schema|aggregations)$/;

interface Leaf {
  readonly path: readonly string[];
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

function setField(message: ReflectMessage, field: DescField, choice: number, nesting: readonly string[]): void {
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
    if (nesting.filter((name) => name === typeName).length >= MAX_NESTING) return undefined;
    return reflect(field.message, filled(field.message, choice, [...nesting, typeName]));
  }
  if (field.enum !== undefined) return field.enum.values[1 + (counter % (field.enum.values.length - 1))]?.number;
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
function leaves(message: ReflectMessage, path: readonly string[], from: (root: ReflectMessage) => ReflectMessage): readonly Leaf[] {
  return message.fields.flatMap((field): readonly Leaf[] => {
    if (!message.isSet(field)) return [];
    const here = [...path, field.name];
    switch (field.fieldKind) {
      case 'message': {
        const own = (root: ReflectMessage) => from(root).get(field);
        const time = /Timestamp|Duration/.test(field.message.typeName);
        const below = time ? [{ path: here, change: (root: ReflectMessage) => setSeconds(own(root)) }] : leaves(message.get(field), here, own);
        return [...below, { path: here, change: (root) => from(root).clear(field) }];
      }
      case 'list':
        return [
          ...(field.message === undefined ? [] : leaves([...message.get(field)][0] as ReflectMessage, [...here, '[0]'], (root) => from(root).get(field).get(0) as ReflectMessage)),
          { path: here, change: (root) => from(root).get(field).add(sample(field, 0, []) as never) },
        ];
      case 'map':
        return [
          ...(field.message === undefined ? [] : leaves(message.get(field).get('key' as never) as ReflectMessage, [...here, 'key'], (root) => from(root).get(field).get('key' as never) as ReflectMessage)),
          { path: [...here, 'other'], change: (root) => from(root).get(field).set('other' as never, sample(field, 0, []) as never) },
          { path: [...here, 'key'], change: (root) => from(root).get(field).delete('key' as never) },
        ];
      case 'enum': {
        const other = field.enum.values.find(({ number }) => number !== message.get(field))?.number as number;
        return [{ path: here, change: (root) => from(root).set(field, other as never) }];
      }
      default:
        return [
          { path: here, change: (root) => from(root).set(field, (field.scalar === ScalarType.BOOL ? false : sample(field, 0, [])) as never) },
          { path: here, change: (root) => from(root).clear(field) },
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
  const seen = new Set<string>();
  return Array.from({ length: CHOICES }, (_, choice) => choice).flatMap((choice) => {
    const base = filled(section.schema, choice) as RegistryObject;
    return leaves(reflect(section.schema, base), [], (root) => root).flatMap((leaf, index) => {
      const name = `${section.kind}: ${leaf.path.join('.')}`;
      const key = `${name} ${String(leaf.change)}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ name, section, base, leaf, index }];
    });
  });
});

function changesOf({ section, base, leaf }: Case): readonly FieldChange[] {
  const changed = clone(section.schema, base) as RegistryObject;
  leaf.change(reflect(section.schema, changed));
  // As it will be read back: what is set to its default is not there.
  const read = fromBinary(section.schema, toBinary(section.schema, changed)) as RegistryObject;
  return objectChanges(section, base, read);
}

function isTold({ name }: Case): boolean {
  return !NOT_TOLD.some((pattern) => pattern.test(name));
}

describe('a change of one field', () => {
  it('is looked at for every field of every kind', () => {
    const reached = new Set(CASES.map(({ name }) => name));
    expect(reached.size).toBeGreaterThan(1000);
    for (const section of OBJECT_SECTIONS) {
      const spec = section.schema.field['spec']?.message ?? section.schema;
      const prefix = section.schema.field['spec'] === undefined ? '' : 'spec.';
      for (const { name } of spec.fields) {
        const place = `${section.kind}: ${prefix}${name}`;
        expect([...reached].some((one) => one === place || one.startsWith(`${place}.`)), place).toBe(true);
      }
    }
  });

  it('is told alone, under its path', () => {
    const wrong: string[] = [];
    for (const one of CASES.filter(isTold)) {
      const paths = changesOf(one).map(({ path }) => path.join('.'));
      if (!isExpected(one, paths)) wrong.push(`${one.name} -> ${JSON.stringify(paths)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is not told where it is the registry that writes the field, or another field decides', () => {
    const told = CASES.filter((one) => !isTold(one)).filter((one) => changesOf(one).length > 0);
    expect([...new Set(told.map(({ name }) => name))]).toEqual([]);
  });
});

void NAMES;
void RegistrySchema;
void desiredFrom;
void diffRegistry;

function isExpected({ leaf, section }: Case, paths: readonly string[]): boolean {
  const path = section.schema.field['spec'] === undefined ? leaf.path : leaf.path.slice(1);
  return paths.length === 1 && paths[0] === path.join('.');
}
