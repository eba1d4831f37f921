import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type DataSource,
  DataSource_SourceType,
  DataSourceSchema,
} from '../../src/generated/feast/core/DataSource_pb.js';
import { EntitySchema } from '../../src/generated/feast/core/Entity_pb.js';
import {
  type FeatureView,
  FeatureViewSchema,
  type FeatureViewSpecSchema,
} from '../../src/generated/feast/core/FeatureView_pb.js';
import { ProjectSchema } from '../../src/generated/feast/core/Project_pb.js';
import { ValueType_Enum } from '../../src/generated/feast/types/Value_pb.js';
import type { DesiredRegistry } from '../../src/modules/definitions/desired-registry.js';

export const SHOP = 'shop';

/** What a repo of one source, one entity and these views wants. */
export function desiredShop(...featureViews: readonly FeatureView[]): DesiredRegistry {
  return desiredProject(SHOP, featureViews);
}

export function desiredProject(projectName: string, featureViews: readonly FeatureView[]): DesiredRegistry {
  const project = create(ProjectSchema, { spec: { name: projectName } });
  const driver = {
    name: 'driver',
    joinKey: 'driver_id',
    valueType: ValueType_Enum.INT64,
    project: projectName,
  };
  const dummy = { name: '__dummy', joinKey: '__dummy_id', project: projectName };
  return {
    projectName,
    project,
    entities: [create(EntitySchema, { spec: driver }), create(EntitySchema, { spec: dummy })],
    dataSources: [create(DataSourceSchema, { ...statsSource(), project: projectName })],
    featureViews: featureViews.map((view) => withProject(view, projectName)),
    streamFeatureViews: [],
    onDemandFeatureViews: [],
    labelViews: [],
    featureServices: [],
    permissions: [],
  };
}

/** A view of the shop: features are Int64 unless the options say otherwise. */
export function statsView(
  features: readonly string[],
  options: MessageInitShape<typeof FeatureViewSpecSchema> = {},
): FeatureView {
  const types = { valueType: ValueType_Enum.INT64 };
  return create(FeatureViewSchema, {
    spec: {
      name: 'stats',
      project: SHOP,
      entities: ['driver'],
      entityColumns: [{ name: 'driver_id', ...types }],
      features: features.map((name) => ({ name, ...types })),
      batchSource: statsSource(),
      online: true,
      version: 'latest',
      ...options,
    },
  });
}

function statsSource(): DataSource {
  return create(DataSourceSchema, {
    name: 'stats_source',
    type: DataSource_SourceType.BATCH_FILE,
    timestampField: 'event_timestamp',
    options: { case: 'fileOptions', value: { uri: 'data/stats.parquet' } },
  });
}

function withProject(view: FeatureView, project: string): FeatureView {
  if (view.spec !== undefined) view.spec.project = project;
  return view;
}
