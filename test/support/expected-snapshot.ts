import type { DataSource } from '../../src/common/model/data-source.js';
import type { Entity } from '../../src/common/model/entity.js';
import type { FeatureService } from '../../src/common/model/feature-service.js';
import type {
  FeatureView,
  FeatureViewProjection,
  Field,
  OnDemandFeatureView,
  ViewBase,
} from '../../src/common/model/feature-view.js';
import type { Permission, PermissionPolicy } from '../../src/common/model/permission.js';
import { ValueType } from '../../src/common/model/value.js';
import type {
  DumpEntitySpec,
  DumpField,
  DumpMeta,
  DumpPermissionSpec,
  DumpPolicy,
  DumpProjection,
  DumpServiceSpec,
  DumpSource,
  DumpSpec,
  DumpView,
  DumpViewSpec,
  StringMap,
} from './registry-dump.js';

/*
 * What the domain model has to be for what Feast sees in a registry. Written from the specification, without the
 * codecs that it judges.
 */

/** `2026-11-22T07:08:58.930995Z` to microseconds. */
export function dumpedMicros(text: string): number {
  const [seconds, fraction = ''] = text.replace('Z', '').split('.');
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

export function byName<T, R extends { readonly name: string }>(
  objects: readonly T[] | undefined,
  convert: (object: T) => R,
): Map<string, R> {
  return new Map((objects ?? []).map((object) => convert(object)).map((object) => [object.name, object]));
}

export function expectedDescription(spec: DumpSpec): {
  name: string;
  description: string;
  owner: string;
  tags: Map<string, string>;
} {
  const { name, description = '', owner = '', tags } = spec;
  return { name, description, owner, tags: stringMap(tags) };
}

export function expectedEntity(spec: DumpEntitySpec): Entity {
  const { join_key: joinKey, value_type: type = 'UNKNOWN' } = spec;
  return { ...expectedDescription(spec), joinKey, valueType: ValueType[type] };
}

export function expectedSource(dump: DumpSource): DataSource {
  const { name = '', type = 'INVALID', timestamp_field: timestampField = '' } = dump;
  const { created_timestamp_column: created = '', date_partition_column: partition = '' } = dump;
  return {
    ...expectedDescription({ ...dump, name }),
    ...expectedFile(dump),
    kind: type,
    timestampField,
    createdTimestampColumn: created,
    datePartitionColumn: partition,
    fieldMapping: stringMap(dump.field_mapping),
    batchSource: dump.batch_source && expectedSource(dump.batch_source),
    requestFields: fields(dump.request_data_options?.schema).map((field) => ({
      name: field.name,
      valueType: field.valueType,
    })),
  };
}

function expectedFile({
  file_options: file,
}: DumpSource): Pick<DataSource, 'uri' | 'fileFormat' | 's3EndpointOverride'> {
  const { parquet_format: parquet, delta_format: delta } = file?.file_format ?? {};
  return {
    uri: file && (file.uri ?? ''),
    fileFormat: delta ? 'delta' : parquet && 'parquet',
    s3EndpointOverride: file?.s3_endpoint_override,
  };
}

export function expectedFeatureView(kind: FeatureView['kind'], { spec, meta = {} }: DumpView): FeatureView {
  const { ttl = '0s', online = false, offline = false, batch_source: batch, stream_source: stream } = spec;
  const code = [spec.feature_transformation, spec.user_defined_function, spec.aggregations];
  return {
    ...expectedView(spec, meta),
    kind,
    ttlMs: Number(ttl.replace('s', '')) * 1000,
    online,
    offline,
    createdMicros: meta.created_timestamp === undefined ? 0 : dumpedMicros(meta.created_timestamp),
    batchSource: batch && expectedSource(batch),
    streamSource: stream && expectedSource(stream),
    materializationIntervals: (meta.materialization_intervals ?? []).map((interval) => ({
      startMicros: dumpedMicros(interval.start_time),
      endMicros: dumpedMicros(interval.end_time),
    })),
    transformed: code.some((part) => part !== undefined),
  };
}

/** Shape: sources sorted by name, because the order of a protobuf map says nothing. */
export function expectedOnDemandView({ spec, meta = {} }: DumpView): OnDemandFeatureView {
  const { mode = '', write_to_online_store: writeToOnlineStore = false, singleton = false } = spec;
  return {
    ...expectedView(spec, meta),
    kind: 'on_demand_feature_view',
    sources: Object.entries(spec.sources ?? {})
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, source]) =>
        source.feature_view_projection === undefined
          ? { kind: 'request', name, source: expectedSource(source.request_data_source ?? {}) }
          : { kind: 'projection', name, projection: expectedProjection(source.feature_view_projection) },
      ),
    mode,
    writeToOnlineStore,
    singleton,
    aggregations: [],
    typescriptText: '',
  };
}

export function expectedService(spec: DumpServiceSpec): FeatureService {
  return {
    ...expectedDescription(spec),
    projections: (spec.features ?? []).map(expectedProjection),
    precomputeOnline: spec.precompute_online ?? false,
  };
}

export function expectedPermission(spec: DumpPermissionSpec): Permission {
  const { types = [], name_patterns: namePatterns = [], actions = [] } = spec;
  return {
    name: spec.name,
    types,
    namePatterns,
    requiredTags: stringMap(spec.required_tags),
    actions,
    policy: expectedPolicy(spec.policy ?? {}),
    tags: stringMap(spec.tags),
  };
}

function expectedPolicy(dump: DumpPolicy): PermissionPolicy {
  if (dump.role_based_policy) return { kind: 'role_based', ...dump.role_based_policy };
  if (dump.group_based_policy) return { kind: 'group_based', ...dump.group_based_policy };
  if (dump.namespace_based_policy) return { kind: 'namespace_based', ...dump.namespace_based_policy };
  const combined = dump.combined_group_namespace_policy;
  return combined ? { kind: 'group_and_namespace', ...combined } : { kind: 'allow_all' };
}

function stringMap(map: StringMap = {}): Map<string, string> {
  return new Map(Object.entries(map));
}

function fields(dumps: readonly DumpField[] = []): Field[] {
  return dumps.map((dump) => {
    const { value_type: type = 'UNKNOWN', vector_index: vectorIndex = false } = dump;
    const { vector_search_metric: vectorSearchMetric = '', vector_length: vectorLength = 0 } = dump;
    return {
      name: dump.name,
      valueType: typeof type === 'number' ? ValueType.BYTES : ValueType[type],
      description: dump.description ?? '',
      tags: stringMap(dump.tags),
      vectorIndex,
      vectorSearchMetric,
      vectorLength,
    };
  });
}

function expectedProjection(dump: DumpProjection): FeatureViewProjection {
  return {
    viewName: dump.feature_view_name,
    alias: dump.feature_view_name_alias ?? '',
    features: fields(dump.feature_columns),
    joinKeyMap: stringMap(dump.join_key_map),
    versionTag: dump.version_tag,
  };
}

function expectedView(spec: DumpViewSpec, meta: DumpMeta): ViewBase {
  const { state = 'STATE_UNSPECIFIED', current_version_number: currentVersionNumber = 0 } = meta;
  const { entities = [], disabled = false, version = '' } = spec;
  return {
    ...expectedDescription(spec),
    features: fields(spec.features),
    entities,
    entityColumns: fields(spec.entity_columns),
    disabled,
    state,
    currentVersionNumber,
    version,
  };
}
