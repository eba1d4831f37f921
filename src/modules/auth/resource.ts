import type { DataSource, DataSourceKind } from '../../common/model/data-source.js';
import type { FeatureService } from '../../common/model/feature-service.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { ResourceType } from '../../common/model/permission.js';

/** Something of the registry that permissions are about. */
export interface Resource {
  readonly type: ResourceType;
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
  /** Of Feast's SDK, as its messages name it: `feast.feature_view.FeatureView`. */
  readonly pythonClass: string;
}

/** One line per type. Source: the classes of Feast 0.66. */
const PYTHON_CLASSES: Readonly<Record<ResourceType, string>> = {
  PROJECT: 'feast.project.Project',
  FEATURE_VIEW: 'feast.feature_view.FeatureView',
  ON_DEMAND_FEATURE_VIEW: 'feast.on_demand_feature_view.OnDemandFeatureView',
  BATCH_FEATURE_VIEW: 'feast.batch_feature_view.BatchFeatureView',
  STREAM_FEATURE_VIEW: 'feast.stream_feature_view.StreamFeatureView',
  LABEL_VIEW: 'feast.labeling.label_view.LabelView',
  ENTITY: 'feast.entity.Entity',
  FEATURE_SERVICE: 'feast.feature_service.FeatureService',
  DATA_SOURCE: 'feast.data_source.DataSource',
  VALIDATION_REFERENCE: 'feast.saved_dataset.ValidationReference',
  SAVED_DATASET: 'feast.saved_dataset.SavedDataset',
  PERMISSION: 'feast.permissions.permission.Permission',
};

/** Sources of other kinds can be of any class. */
const SOURCE_CLASSES: Partial<Readonly<Record<DataSourceKind, string>>> = {
  BATCH_FILE: 'feast.infra.offline_stores.file_source.FileSource',
  BATCH_BIGQUERY: 'feast.infra.offline_stores.bigquery_source.BigQuerySource',
  BATCH_REDSHIFT: 'feast.infra.offline_stores.redshift_source.RedshiftSource',
  BATCH_SNOWFLAKE: 'feast.infra.offline_stores.snowflake_source.SnowflakeSource',
  STREAM_KAFKA: 'feast.data_source.KafkaSource',
  STREAM_KINESIS: 'feast.data_source.KinesisSource',
  REQUEST_SOURCE: 'feast.data_source.RequestSource',
  PUSH_SOURCE: 'feast.data_source.PushSource',
};

interface Named {
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** A resource of a type that its definition does not tell by itself. */
export function resourceOf(type: ResourceType, { name, tags }: Named): Resource {
  return { type, name, tags, pythonClass: PYTHON_CLASSES[type] };
}

export function viewResource(view: AnyFeatureView): Resource {
  return resourceOf(viewType(view), view);
}

export function serviceResource(service: FeatureService): Resource {
  return resourceOf('FEATURE_SERVICE', service);
}

export function sourceResource(source: DataSource): Resource {
  const resource = resourceOf('DATA_SOURCE', source);
  return { ...resource, pythonClass: SOURCE_CLASSES[source.kind] ?? resource.pythonClass };
}

/** `FeatureView` */
export function classNameOf({ pythonClass }: Resource): string {
  return pythonClass.slice(pythonClass.lastIndexOf('.') + 1);
}

/** A registry holds a batch view among the feature views: it is the one with a transformation, as Feast reads it. */
function viewType(view: AnyFeatureView): ResourceType {
  switch (view.kind) {
    case 'feature_view':
      return view.transformed ? 'BATCH_FEATURE_VIEW' : 'FEATURE_VIEW';
    case 'stream_feature_view':
      return 'STREAM_FEATURE_VIEW';
    case 'on_demand_feature_view':
      return 'ON_DEMAND_FEATURE_VIEW';
    case 'label_view':
      return 'LABEL_VIEW';
  }
}
