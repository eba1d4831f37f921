import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { create, createRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import * as alltypes from '../../../../test/fixtures/definitions/alltypes-sqlite.definitions.js';
import * as drivers from '../../../../test/fixtures/definitions/drivers-sqlite.definitions.js';
import * as everything from '../../../../test/fixtures/definitions/everything.definitions.js';
import * as odfv from '../../../../test/fixtures/definitions/odfv-sqlite.definitions.js';
import * as permissions from '../../../../test/fixtures/definitions/permissions-oidc.definitions.js';
import * as vectors from '../../../../test/fixtures/definitions/vectors-sqlite.definitions.js';
import { loadedFixture } from '../../../../test/support/loaded-fixture.js';
import { RegistrySchema, type Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { encodeDefinitions } from './encode-definitions.js';

const FIXTURES = resolve(import.meta.dirname, '../../../../test/fixtures');
const recording = (name: string): string => join(FIXTURES, 'conformance/repos', name, 'data/registry.db');

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
type JsonObject = { [member: string]: Json };

interface Repo {
  readonly name: string;
  readonly module: Readonly<Record<string, unknown>>;
  readonly project: string;
  readonly registry: string;
}

/**
 * Views that were applied a second time before they were recorded: Feast then wrote their source again, and forgot the
 * Python class of it, which it does not need to read it.
 */
const APPLIED_AGAIN: ReadonlySet<string> = new Set(['stuck_stats']);

const REPOS: readonly Repo[] = [
  { name: 'drivers-sqlite', module: drivers, project: 'drivers', registry: recording('drivers-sqlite') },
  { name: 'alltypes-sqlite', module: alltypes, project: 'alltypes', registry: recording('alltypes-sqlite') },
  { name: 'odfv-sqlite', module: odfv, project: 'odfv', registry: recording('odfv-sqlite') },
  {
    name: 'permissions-oidc',
    module: permissions,
    project: 'perms',
    registry: recording('permissions-oidc'),
  },
  { name: 'vectors-sqlite', module: vectors, project: 'vectors', registry: recording('vectors-sqlite') },
  {
    name: 'everything',
    module: everything,
    project: 'everything',
    registry: join(FIXTURES, 'definitions/everything/registry.db'),
  },
];

describe.each(REPOS)('the definitions of $name', ({ name, module, project, registry }) => {
  const context = { projectName: project, projectDescription: '', onlineVersioning: false };
  const { desired, problems } = encodeDefinitions(loadedFixture(`${name}.ts`, module), context);
  const stored = objectsOf(fromBinary(RegistrySchema, readFileSync(registry)));
  const ours = objectsOf(asRegistry(desired));

  it('have no problems', () => {
    expect(problems).toEqual([]);
  });

  it.each(Object.keys(ours))('give the %s that Feast stored', (section) => {
    expect(ours[section]).toEqual(stored[section]);
  });
});

function asRegistry(desired: DesiredRegistry): Registry {
  return create(RegistrySchema, {
    projects: [desired.project],
    entities: [...desired.entities],
    dataSources: [...desired.dataSources],
    featureViews: [...desired.featureViews],
    streamFeatureViews: [...desired.streamFeatureViews],
    onDemandFeatureViews: [...desired.onDemandFeatureViews],
    labelViews: [...desired.labelViews],
    featureServices: [...desired.featureServices],
    permissions: [...desired.permissions],
  });
}

/** The objects of a registry by section and name, as plain JSON without what is compared elsewhere or not at all. */
function objectsOf(registry: Registry): Readonly<Record<string, Readonly<Record<string, JsonObject>>>> {
  const json = toJson(RegistrySchema, registry, { registry: createRegistry() }) as JsonObject;
  const section = (key: string): Record<string, JsonObject> =>
    Object.fromEntries(
      ((json[key] ?? []) as JsonObject[]).map((object) => {
        const body = (object['spec'] ?? object) as JsonObject;
        return [body['name'] as string, comparable(key, body)];
      }),
    );
  const keys = [
    'projects',
    'entities',
    'dataSources',
    'featureViews',
    'streamFeatureViews',
    'onDemandFeatureViews',
    'labelViews',
    'featureServices',
    'permissions',
  ];
  return Object.fromEntries(keys.map((key) => [key, section(key)]));
}

function comparable(section: string, body: JsonObject): JsonObject {
  const { featureTransformation, mode, singleton, ...rest } = withoutMeta(body) as JsonObject;
  if (section === 'onDemandFeatureViews') {
    // The function is Python there and TypeScript here; Feast's pandas functions are columns here, which is its mode python.
    expect(featureTransformation).toBeDefined();
    expect(mode).toMatch(/^(pandas|python)$/);
    return { ...rest, ...(singleton === undefined ? {} : { singleton }) };
  }
  const kept: JsonObject = { ...rest, ...(mode === undefined ? {} : { mode }) };
  if (APPLIED_AGAIN.has(body['name'] as string))
    return { ...kept, batchSource: withoutClass(kept['batchSource']) };
  if (section !== 'streamFeatureViews') return kept;
  // Feast stores them in the order of a Python set.
  const features = kept['features'] as JsonObject[];
  return {
    ...kept,
    features: features.toSorted((one, other) =>
      (one['name'] as string) < (other['name'] as string) ? -1 : 1,
    ),
  };
}

function withoutClass(source: Json | undefined): Json {
  const { dataSourceClassType: _, ...rest } = source as JsonObject;
  return rest;
}

/** Sources carry times of their own wherever they are. */
function withoutMeta(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutMeta);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => name !== 'meta');
  return Object.fromEntries(members.map(([name, member]) => [name, withoutMeta(member)]));
}
