import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byName,
  dumpedMicros,
  expectedDescription,
  expectedEntity,
  expectedFeatureView,
  expectedOnDemandView,
  expectedPermission,
  expectedService,
  expectedSource,
} from '../../../test/support/expected-snapshot.js';
import type { RegistryDump } from '../../../test/support/registry-dump.js';
import { CorruptDataError } from '../../common/errors/errors.js';
import type { Field, OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { ValueType } from '../../common/model/value.js';
import { decodeRegistry, RegistryDecoder } from './registry.codec.js';

const repos = [
  ['alltypes-sqlite', 'alltypes'],
  ['drivers-sqlite', 'drivers'],
  ['odfv-sqlite', 'odfv'],
  ['permissions-oidc', 'perms'],
  ['vectors-sqlite', 'vectors'],
] as const;

function fixture(repo: string): Uint8Array {
  return readFileSync(`test/fixtures/registry/${repo}/registry.db`);
}

/** Without the definition as it is, which no dump has. */
function comparable(view: OnDemandFeatureView): { readonly name: string } {
  const sources = view.sources.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const shown = Object.entries({ ...view, sources }).filter(([name]) => name !== 'feastDefinition');
  return { name: view.name, ...Object.fromEntries(shown) };
}

function byFieldName(left: Field, right: Field): number {
  return left.name < right.name ? -1 : 1;
}

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  // Bytes cannot be frozen.
  if (value instanceof Uint8Array) return true;
  if (value instanceof Map) return [...value.values()].every(isDeeplyFrozen);
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

describe.each(repos)('decodeRegistry of %s', (repo, project) => {
  const dump = JSON.parse(
    readFileSync(`test/fixtures/registry/${repo}/registry.json`, 'utf8'),
  ) as RegistryDump;
  const snapshot = decodeRegistry(fixture(repo), project);

  it('says what and when it is', () => {
    expect(snapshot.project).toBe(project);
    expect(snapshot.versionId).toBe(dump.version_id);
    expect(snapshot.lastUpdatedMicros).toBe(dumpedMicros(dump.last_updated));
    expect([snapshot.projectInfo]).toEqual(dump.projects.map(({ spec }) => expectedDescription(spec)));
  });

  it('has the entities and sources', () => {
    expect(snapshot.entities.size).toBeGreaterThan(0);
    expect(snapshot.entities).toEqual(byName(dump.entities, ({ spec }) => expectedEntity(spec)));
    expect(snapshot.dataSources).toEqual(byName(dump.data_sources, expectedSource));
  });

  it('has the views', () => {
    expect(snapshot.featureViews.size).toBeGreaterThan(0);
    expect(snapshot.featureViews).toEqual(
      byName(dump.feature_views, (view) => expectedFeatureView('feature_view', view)),
    );
    expect(snapshot.streamFeatureViews).toEqual(
      byName(dump.stream_feature_views, (view) => expectedFeatureView('stream_feature_view', view)),
    );
    expect(byName([...snapshot.onDemandFeatureViews.values()], comparable)).toEqual(
      byName(dump.on_demand_feature_views, expectedOnDemandView),
    );
  });

  it('has the services and permissions', () => {
    expect(snapshot.featureServices).toEqual(
      byName(dump.feature_services, ({ spec }) => expectedService(spec)),
    );
    expect(snapshot.permissions).toEqual(byName(dump.permissions, ({ spec }) => expectedPermission(spec)));
  });

  it('finds views of every kind by name', () => {
    const names = [dump.feature_views, dump.stream_feature_views, dump.on_demand_feature_views].map((views) =>
      (views ?? []).map(({ spec }) => spec.name),
    );
    const kinds = ['feature_view', 'stream_feature_view', 'on_demand_feature_view'];
    for (const [index, kind] of kinds.entries()) {
      for (const name of names[index] ?? []) expect(snapshot.anyFeatureView(name)?.kind).toBe(kind);
    }
    expect(snapshot.anyFeatureView('no_such_view')).toBeUndefined();
  });

  it('has each view as it was first applied', () => {
    // None of these views was ever changed.
    const views = [
      ...snapshot.featureViews,
      ...snapshot.streamFeatureViews,
      ...snapshot.onDemandFeatureViews,
    ];
    for (const [name, { kind, features, entityColumns }] of views) {
      const base = snapshot.viewAtVersion(name, 0);
      expect(base).toMatchObject({ kind, name, entityColumns, currentVersionNumber: 0 });
      // Feast does not keep the order of the columns of a stream view.
      expect(base?.features.toSorted(byFieldName)).toEqual(features.toSorted(byFieldName));
      expect(snapshot.viewAtVersion(name, 0)).toBe(base);
      expect(snapshot.viewAtVersion(name, 1)).toBeUndefined();
    }
    expect(snapshot.viewAtVersion('no_such_view', 0)).toBeUndefined();
  });

  it('cannot be changed', () => {
    expect(isDeeplyFrozen(snapshot)).toBe(true);
  });

  it('shows another project nothing', () => {
    const other = decodeRegistry(fixture(repo), 'other');
    expect(other.projectInfo).toBeUndefined();
    const kinds = [other.entities, other.dataSources, other.featureViews, other.featureServices];
    expect([...kinds, other.permissions].map((kind) => kind.size)).toEqual([0, 0, 0, 0, 0]);
    expect(other.viewAtVersion([...snapshot.featureViews.keys()][0] ?? '', 0)).toBeUndefined();
  });
});

describe('decodeRegistry of an open permission', () => {
  it('lets everybody pass where Feast stored no policy', () => {
    const bytes = readFileSync('test/fixtures/registry/permissions-oidc/registry_allow_all.db');
    const kinds = [...decodeRegistry(bytes, 'perms').permissions.values()].map(({ policy }) => policy.kind);
    expect(kinds.filter((kind) => kind === 'allow_all')).toHaveLength(1);
  });
});

describe('decodeRegistry of nothing or of garbage', () => {
  it('makes an empty registry of no bytes', () => {
    const snapshot = decodeRegistry(new Uint8Array(), 'drivers');
    expect(snapshot.projectInfo).toBeUndefined();
    expect(snapshot.featureViews.size).toBe(0);
    expect([snapshot.versionId, snapshot.lastUpdatedMicros]).toEqual(['', 0]);
  });

  it.each([
    ['text', Buffer.from('project: drivers\n')],
    ['a SQLite file', Buffer.from('SQLite format 3\0')],
    ['ones', new Uint8Array(100).fill(0xff)],
    ['a length beyond the end', new Uint8Array([0x0a, 0x7f, 0x00])],
    ['an entity that is no message', new Uint8Array([0x0a, 0x02, 0x0a, 0x7f])],
  ])('refuses %s', (_name, bytes) => {
    expect(() => decodeRegistry(bytes, 'drivers')).toThrow(CorruptDataError);
  });

  it('refuses or shortens what is cut off, and never fails otherwise', () => {
    const bytes = fixture('vectors-sqlite');
    const whole = decodeRegistry(bytes, 'vectors');
    const outcomes = Array.from(bytes, (_byte, length) => tryDecode(bytes.subarray(0, length)));
    const decoded = outcomes.filter((outcome): outcome is RegistrySnapshot => !(outcome instanceof Error));
    expect(outcomes.filter((outcome) => outcome instanceof Error)).toSatisfy((errors: readonly unknown[]) =>
      errors.every((error) => error instanceof CorruptDataError),
    );
    // A cut between two definitions cannot be told from a smaller registry.
    expect(decoded.length).toBeLessThan(bytes.length * 0.05);
    expect(decoded.flatMap(({ featureViews }) => [...featureViews])).toSatisfy(
      (views: readonly (readonly [string, unknown])[]) =>
        views.every(([name, view]) => isDeepStrictEqual(view, whole.featureViews.get(name))),
    );
  });

  it('decodes or refuses any bytes', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => isExpected(tryDecode(bytes)));
    expect(() => fc.assert(property)).not.toThrow();
  });

  it('decodes or refuses a registry with damaged bytes', () => {
    const bytes = fixture('drivers-sqlite');
    const property = fc.property(
      fc.nat(bytes.length - 1),
      fc.integer({ min: 1, max: 255 }),
      (position, change) => {
        const damaged = Uint8Array.from(bytes);
        damaged[position] = (damaged[position] ?? 0) ^ change;
        return isExpected(tryDecode(damaged));
      },
    );
    expect(() => fc.assert(property)).not.toThrow();
  });

  function isExpected(outcome: RegistrySnapshot | Error): boolean {
    return !(outcome instanceof Error) || outcome instanceof CorruptDataError;
  }

  function tryDecode(bytes: Uint8Array): RegistrySnapshot | Error {
    try {
      return decodeRegistry(bytes, 'vectors');
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
});

describe('RegistryDecoder', () => {
  it('gives the same objects for what has not changed', () => {
    const decoder = new RegistryDecoder('drivers');
    const first = decoder.decode(fixture('drivers-sqlite'));
    const second = decoder.decode(Uint8Array.from(fixture('drivers-sqlite')));
    expect(second).toEqual({ ...first, anyFeatureView: expect.anything(), viewAtVersion: expect.anything() });
    for (const [name, view] of first.featureViews) expect(second.featureViews.get(name)).toBe(view);
    for (const [name, entity] of first.entities) expect(second.entities.get(name)).toBe(entity);
  });

  it('can be used on after a registry that does not decode', () => {
    const decoder = new RegistryDecoder('drivers');
    const first = decoder.decode(fixture('drivers-sqlite'));
    expect(() => decoder.decode(fixture('drivers-sqlite').subarray(0, 500))).toThrow(CorruptDataError);
    expect(decoder.decode(fixture('odfv-sqlite')).featureViews.size).toBe(0);
    expect(decoder.decode(fixture('drivers-sqlite')).featureViews).toEqual(first.featureViews);
    expect(first.entities.get('driver')?.valueType).toBe(ValueType.INT64);
  });
});
