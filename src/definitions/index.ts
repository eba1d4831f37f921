/* What a feature repo imports from 'salver'. */
export type { Action } from '../common/model/permission.js';
export {
  aggregatedFeatureView,
  type AggregatedFeatureViewOptions,
  type RowAggregation,
} from './aggregated-feature-view.js';
export type { Aggregation } from './aggregation.js';
export type { Artifacts, ArtifactsApp, LoadArtifacts } from './artifacts.js';
export { batchFeatureView, type BatchFeatureViewOptions, type BatchSource } from './batch-feature-view.js';
export { list, set, struct, type ListType, type SetType, type StructType } from './collection-types.js';
export { isDefinition, type Definition, type DefinitionKind } from './definition.js';
export { days, hours, minutes, seconds, type Duration } from './duration.js';
export { entity, type Entity, type EntityOptions } from './entity.js';
export type { FeatureGroup, FeatureSelection, FeatureSubset } from './feature-selection.js';
export {
  featureService,
  type FeatureService,
  type FeatureServiceOptions,
  type LoggingConfig,
} from './feature-service.js';
export {
  featureView,
  type FeatureView,
  type FeatureViewOptions,
  type FeatureViewSource,
} from './feature-view.js';
export type { FieldOptions, FieldType, ListFieldOptions } from './field-type.js';
export { fileSource, type ConnectionRef, type FileSource, type FileSourceOptions } from './file-source.js';
export { labelView, type ConflictPolicy, type LabelView, type LabelViewOptions } from './label-view.js';
export {
  onDemandFeatureView,
  type OnDemandFeatureView,
  type OnDemandFeatureViewOptions,
  type OnDemandSource,
  type TransformInputs,
  type TransformMode,
  type TransformOutputs,
} from './on-demand-feature-view.js';
export {
  ALL_ACTIONS,
  CRUD,
  permission,
  READ,
  WRITE,
  type Permission,
  type PermissionOptions,
  type ResourceType,
} from './permission.js';
export { allowAll, groupAndNamespace, groupBased, namespaceBased, roleBased, type Policy } from './policy.js';
export { project, type Project, type ProjectOptions } from './project.js';
export { pushRequest, type PushOptions, type PushTarget } from './push-request.js';
export { pushSource, type PushSource, type PushSourceOptions } from './push-source.js';
export { requestSource, type RequestSource, type RequestSourceOptions } from './request-source.js';
export {
  bool,
  bytes,
  decimal,
  float32,
  float64,
  imageBytes,
  int32,
  int64,
  json,
  map,
  pdfBytes,
  scalarMap,
  string,
  timeUuid,
  unixTimestamp,
  uuid,
  zonedTimestamp,
  type Json,
  type MapValue,
  type ScalarKey,
  type ZonedTime,
} from './scalar-types.js';
export type { PushRow, Schema } from './schema.js';
export {
  streamFeatureView,
  type StreamFeatureView,
  type StreamFeatureViewOptions,
} from './stream-feature-view.js';
export {
  kafkaSource,
  kinesisSource,
  type KafkaSource,
  type KafkaSourceOptions,
  type KinesisSource,
  type KinesisSourceOptions,
  type StreamFormat,
} from './stream-source.js';
export type { Tags } from './tags.js';
export type { TransformContext } from './transform-context.js';
