import { readFileSync } from 'node:fs';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { ValueType } from '../../common/model/value.js';
import { RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import { decodeRegistry } from './registry.codec.js';

const project = 'old';

function decode(registry: MessageInitShape<typeof RegistrySchema>): RegistrySnapshot {
  return decodeRegistry(toBinary(RegistrySchema, create(RegistrySchema, registry)), project);
}

describe('projects', () => {
  it('are known from the list of old versions too', () => {
    const { projectInfo } = decode({ projectMetadata: [{ project, projectUuid: '{"team":"a"}' }] });
    expect(projectInfo).toEqual({ name: project, description: '', owner: '', tags: new Map() });
  });

  it('do not see each other', () => {
    const bytes = readFileSync('test/fixtures/registry/drivers-sqlite/registry.db');
    const merged = Buffer.concat([bytes, readFileSync('test/fixtures/registry/odfv-sqlite/registry.db')]);
    const drivers = decodeRegistry(merged, 'drivers');
    const odfv = decodeRegistry(merged, 'odfv');
    expect([drivers.featureViews.size, drivers.onDemandFeatureViews.size]).toEqual([17, 0]);
    expect([odfv.featureViews.size, odfv.onDemandFeatureViews.size]).toEqual([2, 10]);
    // Both have an entity `driver`, and versions of their views.
    expect([drivers.entities.size, odfv.entities.size]).toEqual([5, 3]);
    expect(drivers.viewAtVersion('stats', 0)).toBeUndefined();
    expect(odfv.viewAtVersion('stats', 0)?.features).toHaveLength(4);
  });
});

describe('equal names', () => {
  it('mean the first, as in every look-up of Feast', () => {
    const { entities } = decode({
      entities: ['first', 'second'].map((description) => ({
        spec: { name: 'driver', project, description },
      })),
    });
    expect(entities.get('driver')?.description).toBe('first');
  });
});

describe('on-demand views of old versions', () => {
  const { onDemandFeatureViews } = decode({
    onDemandFeatureViews: [
      {
        spec: {
          name: 'old_style',
          project,
          userDefinedFunction: { name: 'f', body: new Uint8Array([1]) },
          sources: {
            stats: {
              source: {
                case: 'featureView',
                value: { spec: { name: 'stats', features: [{ name: 'rate', valueType: ValueType.DOUBLE }] } },
              },
            },
            request: {
              source: {
                case: 'requestDataSource',
                value: {
                  name: 'request',
                  type: 7,
                  options: {
                    case: 'requestDataOptions',
                    value: { deprecatedSchema: { amount: ValueType.INT64 } },
                  },
                },
              },
            },
          },
        },
      },
      {
        spec: {
          name: 'substrait',
          project,
          featureTransformation: { transformation: { case: 'substraitTransformation', value: {} } },
        },
      },
      {
        spec: {
          name: 'unsaid',
          project,
          featureTransformation: {
            transformation: { case: 'userDefinedFunction', value: { mode: 'python' } },
          },
        },
      },
    ],
  });

  it('read an embedded view as a projection of all of it', () => {
    expect(onDemandFeatureViews.get('old_style')?.sources).toMatchObject([
      {
        kind: 'projection',
        name: 'stats',
        projection: { viewName: 'stats', alias: '', features: [{ name: 'rate' }] },
      },
      {
        kind: 'request',
        name: 'request',
        source: { requestFields: [{ name: 'amount', valueType: ValueType.INT64 }] },
      },
    ]);
  });

  it('have the mode of their transformation, else pandas', () => {
    const modes = [...onDemandFeatureViews.values()].map(({ name, mode }) => [name, mode]);
    expect(modes).toEqual([
      ['old_style', 'pandas'],
      ['substrait', 'substrait'],
      ['unsaid', 'python'],
    ]);
  });
});

describe('transformed', () => {
  it('is a stream view with a function, a transformation or aggregations, whatever its mode', () => {
    const { streamFeatureViews } = decode({
      streamFeatureViews: [
        { spec: { name: 'mode_only', project, mode: 'spark' } },
        { spec: { name: 'old_function', project, userDefinedFunction: { name: 'f' } } },
        { spec: { name: 'function', project, featureTransformation: {} } },
        { spec: { name: 'aggregated', project, aggregations: [{ column: 'trips', function: 'sum' }] } },
      ],
    });
    expect([...streamFeatureViews.values()].map(({ transformed }) => transformed)).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('is a feature view with a transformation, or one made from other views', () => {
    const { featureViews } = decode({
      featureViews: [
        { spec: { name: 'plain', project } },
        { spec: { name: 'batch', project, featureTransformation: {} } },
        { spec: { name: 'derived', project, sourceViews: [{ name: 'plain' }] } },
      ],
    });
    expect([...featureViews.values()].map(({ transformed }) => transformed)).toEqual([false, true, true]);
  });
});

describe('label views', () => {
  it('have their own members', () => {
    const snapshot = decode({
      labelViews: [
        {
          spec: {
            name: 'fraud',
            project,
            ttl: { seconds: 1n, nanos: 500_000_000 },
            online: true,
            labelerField: 'analyst',
            conflictPolicy: 1,
            referenceFeatureView: 'payments',
            source: { name: 'labels', type: 9 },
          },
        },
      ],
    });
    expect(snapshot.labelViews.get('fraud')).toMatchObject({
      kind: 'label_view',
      ttlMs: 1500,
      online: true,
      labelerField: 'analyst',
      conflictPolicy: 'LABELER_PRIORITY',
      referenceFeatureView: 'payments',
      source: { name: 'labels', kind: 'PUSH_SOURCE' },
      disabled: false,
      state: 'STATE_UNSPECIFIED',
    });
    expect(snapshot.anyFeatureView('fraud')).toBe(snapshot.labelViews.get('fraud'));
  });
});
