import { clone, create, type MessageInitShape } from '@bufbuild/protobuf';
import type { DataSource } from '../../../generated/feast/core/DataSource_pb.js';
import {
  FeatureViewProjectionSchema,
  type FeatureViewProjection,
} from '../../../generated/feast/core/FeatureViewProjection_pb.js';
import { FeatureSpecV2Schema, type FeatureSpecV2 } from '../../../generated/feast/core/Feature_pb.js';
import type { EncodedView } from './encoded-view.js';

/** Which part of a view, checked. */
export interface Projection {
  readonly view: EncodedView;
  readonly features: readonly FeatureSpecV2[];
  /** Empty when the view goes by its own name. */
  readonly alias: string;
  readonly joinKeyMap: Readonly<Record<string, string>>;
  readonly version: number | undefined;
}

/** Shape: a view as a feature service or an on-demand view uses it. */
export function encodeProjection({
  view,
  features,
  alias,
  joinKeyMap,
  version,
}: Projection): FeatureViewProjection {
  return create(FeatureViewProjectionSchema, {
    featureViewName: view.name,
    featureColumns: features.map((feature) => clone(FeatureSpecV2Schema, feature)),
    featureViewNameAlias: alias,
    joinKeyMap: { ...joinKeyMap },
    ...sourceMembers(view.batchSource?.message),
    ...(version === undefined ? {} : { versionTag: version }),
    viewType: view.kind === 'label_view' ? 'labelView' : 'featureView',
  });
}

/** Feast puts the created column into `timestamp_field`, and its readers live with that. */
function sourceMembers(source: DataSource | undefined): MessageInitShape<typeof FeatureViewProjectionSchema> {
  if (source === undefined) return {};
  return {
    timestampField: source.createdTimestampColumn,
    createdTimestampColumn: source.createdTimestampColumn,
    datePartitionColumn: source.datePartitionColumn,
    batchSource: source,
  };
}
