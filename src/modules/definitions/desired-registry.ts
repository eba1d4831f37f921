import type { DataSource } from '../../generated/feast/core/DataSource_pb.js';
import type { Entity } from '../../generated/feast/core/Entity_pb.js';
import type { FeatureService } from '../../generated/feast/core/FeatureService_pb.js';
import type { FeatureView } from '../../generated/feast/core/FeatureView_pb.js';
import type { LabelView } from '../../generated/feast/core/LabelView_pb.js';
import type { OnDemandFeatureView } from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import type { Permission } from '../../generated/feast/core/Permission_pb.js';
import type { Project } from '../../generated/feast/core/Project_pb.js';
import type { StreamFeatureView } from '../../generated/feast/core/StreamFeatureView_pb.js';

/**
 * What the registry is to hold of one project, as messages of the registry: specs as they are to be stored, without
 * `meta`, which whoever stores them fills in. Names are unique per list, and across the four kinds of views.
 */
export interface DesiredRegistry {
  readonly projectName: string;
  /** With its own description and tags when the repo defines it. */
  readonly project: Project;
  readonly entities: readonly Entity[];
  readonly dataSources: readonly DataSource[];
  readonly featureViews: readonly FeatureView[];
  readonly streamFeatureViews: readonly StreamFeatureView[];
  readonly onDemandFeatureViews: readonly OnDemandFeatureView[];
  readonly labelViews: readonly LabelView[];
  readonly featureServices: readonly FeatureService[];
  readonly permissions: readonly Permission[];
}
