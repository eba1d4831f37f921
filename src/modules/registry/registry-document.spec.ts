import { readFileSync } from 'node:fs';
import { create, createRegistry, equals, fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { CorruptDataError } from '../../common/errors/errors.js';
import { DataSourceSchema } from '../../generated/feast/core/DataSource_pb.js';
import { FeatureSpecV2Schema } from '../../generated/feast/core/Feature_pb.js';
import { FeatureViewSchema, FeatureViewSpecSchema } from '../../generated/feast/core/FeatureView_pb.js';
import { FeatureViewProjectionSchema } from '../../generated/feast/core/FeatureViewProjection_pb.js';
import { OnDemandSourceSchema } from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import { PolicySchema } from '../../generated/feast/core/Policy_pb.js';
import { RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import { RegistryDocument } from './registry-document.js';

const WRITTEN_AT_MS = Date.UTC(2030, 0, 2, 3, 4, 5, 678);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(['alltypes-sqlite', 'drivers-sqlite', 'odfv-sqlite', 'permissions-oidc', 'vectors-sqlite'])(
  'RegistryDocument of %s',
  (repo) => {
    const dump = JSON.parse(readFileSync(`test/fixtures/registry/${repo}/registry.json`, 'utf8')) as Record<
      string,
      unknown
    >;
    const document = RegistryDocument.decode(readFileSync(`test/fixtures/registry/${repo}/registry.db`));

    it('writes back what Feast wrote, under a new version and time', () => {
      const written = fromBinary(RegistrySchema, document.encode(WRITTEN_AT_MS));
      expect(written.versionId).toMatch(UUID);
      expect(written.versionId).not.toBe(dump['version_id']);
      expect(toJson(RegistrySchema, written, { useProtoFieldName: true })).toEqual({
        ...dump,
        version_id: written.versionId,
        last_updated: '2030-01-02T03:04:05.678Z',
      });
    });

    it('takes a new version at every encoding', () => {
      const versions = [1, 2].map((n) => fromBinary(RegistrySchema, document.encode(n)).versionId);
      expect(versions[0]).not.toBe(versions[1]);
    });
  },
);

describe('RegistryDocument', () => {
  /** A text in a field of a number that nobody has. */
  function newer(text: string): { no: number; wireType: number; data: Uint8Array } {
    return { no: 4000, wireType: 2, data: Uint8Array.of(text.length, ...Buffer.from(text)) };
  }

  it('keeps what it does not know, at every depth', () => {
    const feature = create(FeatureSpecV2Schema, { name: 'f' });
    const batchSource = create(DataSourceSchema, { name: 's' });
    const spec = create(FeatureViewSpecSchema, { name: 'v', features: [feature], batchSource });
    const view = create(FeatureViewSchema, { spec, meta: {} });
    const projection = create(FeatureViewProjectionSchema);
    const onDemandSource = create(OnDemandSourceSchema, {
      source: { case: 'featureViewProjection', value: projection },
    });
    const policy = create(PolicySchema);
    const registry = create(RegistrySchema, {
      featureViews: [view],
      onDemandFeatureViews: [{ spec: { name: 'o', sources: { v: onDemandSource } } }],
      permissions: [{ spec: { policy } }],
    });
    const messages = [registry, view, spec, feature, batchSource, projection, onDemandSource, policy];
    for (const message of messages) message.$unknown = [newer(`newer than ${message.$typeName}`)];

    const document = RegistryDocument.decode(toBinary(RegistrySchema, registry));
    const [changed] = document.registry.featureViews;
    if (changed?.spec) changed.spec.description = 'changed';
    const written = document.encode(WRITTEN_AT_MS);

    // Nothing is lost or moved about: but for what was to change, it is the registry from before.
    const again = fromBinary(RegistrySchema, written);
    spec.description = 'changed';
    registry.versionId = again.versionId;
    registry.lastUpdated = again.lastUpdated;
    expect(equals(RegistrySchema, again, registry, { unknown: true, registry: createRegistry() })).toBe(true);
    for (const { $typeName: name } of messages)
      expect(Buffer.from(written).includes(`newer than ${name}`)).toBe(true);
  });

  it('begins a registry as Feast does', () => {
    const written = fromBinary(RegistrySchema, RegistryDocument.empty().encode(WRITTEN_AT_MS));
    expect(toJson(RegistrySchema, written, { useProtoFieldName: true })).toEqual({
      registry_schema_version: '1',
      version_id: written.versionId,
      last_updated: '2030-01-02T03:04:05.678Z',
    });
  });

  it('refuses garbage', () => {
    expect(() => RegistryDocument.decode(Buffer.from('garbage'))).toThrow(CorruptDataError);
  });
});
