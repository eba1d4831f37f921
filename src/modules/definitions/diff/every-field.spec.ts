import { clone, fromBinary, toBinary } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { describe, expect, it } from 'vitest';
import { filled, type Leaf, leaves } from '../../../../test/support/filled-message.js';
import type { FieldChange } from './field-changes.js';
import { objectChanges } from './registry-diff.js';
import { OBJECT_SECTIONS, type ObjectSection, type RegistryObject } from './registry-objects.js';

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
    for (const leaf of leaves(reflect(section.schema, base))) {
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
  const paths = changes.map(({ path }) => path);
  if (NAMES.test(name)) {
    // Without a name, a list is compared as a whole.
    const list = leaf.path.slice(0, -2);
    return (
      paths.length > 0 && paths.length <= 2 && paths.every((path) => covers(path.slice(0, list.length), list))
    );
  }
  if (leaf.operation === 'remove' && HAS_A_STAND_IN.test(name)) {
    return paths.length > 0 && paths.every(([member]) => member === 'feature_transformation');
  }
  return paths.length === 1 && isAt(paths[0] ?? [], leaf);
}

function isAt(path: readonly string[], leaf: Leaf): boolean {
  switch (leaf.operation) {
    case 'set':
      return path.length === leaf.path.length && covers(path, leaf.path);
    case 'add':
      return path.length <= leaf.path.length + 1 && covers(path.slice(0, leaf.path.length), leaf.path);
    case 'remove':
      // What holds nothing any more is gone as well.
      return covers(path, leaf.path);
  }
}

describe('a change of one field', () => {
  it('is looked at for every field of every kind', () => {
    const reached = new Set(CASES.map(({ name }) => name));
    const missing: string[] = [];
    for (const section of OBJECT_SECTIONS) {
      for (const { name } of (section.schema.field['spec']?.message ?? section.schema).fields) {
        const place = `${section.kind}: ${name}`;
        if (![...reached].some((one) => one === place || one.startsWith(`${place}.`))) missing.push(place);
      }
    }
    expect(missing).toEqual([]);
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
