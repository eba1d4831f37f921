import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  feastRuns,
  LIST_OF_GROUP,
  RECORDED_REPOS,
  recordedProject,
  recordedRegistry,
} from '../../../test/support/feast-commands.js';
import { formatYaml } from '../../command-document.js';
import { describeFeature } from './feature-list.js';
import { describeObject } from './object-description.js';
import { requireObject } from './object-lookup.js';
import { dumpRegistry } from './registry-dump.js';
import type { RegistryList } from './registry-object.js';

function fromYaml(text: string): unknown {
  return parse(text, { version: '1.1' });
}

/**
 * Feast describes an object that it has built anew from the registry, and so it says what the registry does not hold:
 * functions pickled again, the present as the time of request sources, and the class of a source that was stored without.
 */
function withoutRebuilt(value: unknown, path: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutRebuilt(item, path));
  if (typeof value !== 'object' || value === null) return value;
  const rebuilt = (key: string): boolean =>
    (path.at(-1) === 'userDefinedFunction' && key === 'body') ||
    (path.at(-1) === 'requestDataSource' && key === 'meta') ||
    key === 'dataSourceClassType';
  const kept = Object.entries(value).filter(([key]) => !rebuilt(key));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutRebuilt(member, [...path, key])]));
}

/** Feast says the features of a stream view in the order of a Python set. */
function inOrder(list: RegistryList, described: unknown): unknown {
  const { spec } = described as { spec: { features?: readonly { readonly name: string }[] } };
  if (list !== 'streamFeatureViews') return described;
  return {
    ...(described as object),
    spec: { ...spec, features: spec.features?.toSorted((a, b) => (a.name < b.name ? -1 : 1)) },
  };
}

describe.each(RECORDED_REPOS)('what is described of %s', (repo) => {
  const place = { registry: recordedRegistry(repo), project: recordedProject(repo) };
  const runs = feastRuns(repo).filter(({ args, exit_code: code }) => args[1] === 'describe' && code === 0);

  it.each(runs.filter(({ args }) => args[0] !== 'features').map((run) => [run.args.join(' '), run] as const))(
    'is what Feast describes: %s',
    (_line, { args: [group = '', , name = ''], stdout }) => {
      const list = LIST_OF_GROUP[group] as RegistryList;
      const described = describeObject(list, requireObject(place, list, name));
      expect(inOrder(list, withoutRebuilt(described))).toEqual(
        inOrder(list, withoutRebuilt(fromYaml(stdout))),
      );
      expect(fromYaml(formatYaml(described))).toEqual(described);
    },
  );

  it.each(
    runs.filter(({ args }) => args[0] === 'features').map((run) => [run.args[2] as string, run] as const),
  )('is what Feast says of the feature %s', (name, { stdout }) => {
    expect(describeFeature(place, name)).toEqual(JSON.parse(stdout));
  });
});

interface Dump {
  readonly onDemandFeatureViews?: readonly { readonly spec: Record<string, unknown> }[];
}

describe('dumpRegistry', () => {
  const dumps = RECORDED_REPOS.flatMap((repo) =>
    feastRuns(repo)
      .filter(({ args, exception }) => args[0] === 'registry-dump' && exception === undefined)
      .map(({ stdout }) => [repo, stdout] as const),
  );

  it('has recordings', () => expect(dumps.map(([repo]) => repo)).toContain('every-kind'));

  it.each(dumps)('dumps %s as Feast does', (repo, stdout) => {
    const dump = dumpRegistry({ registry: recordedRegistry(repo), project: recordedProject(repo) });
    const expected = withoutRebuilt(JSON.parse(stdout));
    // Feast repeats the text of a function of pandas where old versions had it.
    for (const { spec } of (expected as Dump).onDemandFeatureViews ?? []) delete spec['userDefinedFunction'];
    expect(withoutRebuilt(dump)).toEqual(expected);
    // The order of the keys, too.
    expect(JSON.stringify(withoutRebuilt(dump))).toBe(JSON.stringify(expected));
  });
});
