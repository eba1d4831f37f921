import type { DataSource } from '../../src/common/model/data-source.js';
import type { ViewBase } from '../../src/common/model/feature-view.js';
import type { Permission } from '../../src/common/model/permission.js';
import type { ValueTypeName } from '../../src/common/model/value.js';

/* Feast's own view of a registry, as its protobuf classes write it in JSON: what is zero or empty is absent. */

export type StringMap = Readonly<Record<string, string>>;

export interface DumpField {
  readonly name: string;
  /** The number where the protos have no name for it: 30 for PDF and 31 for image bytes. */
  readonly value_type?: ValueTypeName | 30 | 31;
  readonly description?: string;
  readonly tags?: StringMap;
  readonly vector_index?: boolean;
  readonly vector_search_metric?: string;
  readonly vector_length?: number;
}

export interface DumpSource {
  readonly name?: string;
  readonly type?: DataSource['kind'];
  readonly timestamp_field?: string;
  readonly created_timestamp_column?: string;
  readonly date_partition_column?: string;
  readonly field_mapping?: StringMap;
  readonly file_options?: {
    readonly uri?: string;
    readonly s3_endpoint_override?: string;
    readonly file_format?: { readonly parquet_format?: object; readonly delta_format?: object };
  };
  readonly request_data_options?: { readonly schema: readonly DumpField[] };
  readonly batch_source?: DumpSource;
  readonly description?: string;
  readonly owner?: string;
  readonly tags?: StringMap;
}

export interface DumpProjection {
  readonly feature_view_name: string;
  readonly feature_view_name_alias?: string;
  readonly feature_columns?: readonly DumpField[];
  readonly join_key_map?: StringMap;
  readonly version_tag?: number;
}

export interface DumpSpec {
  readonly name: string;
  readonly description?: string;
  readonly owner?: string;
  readonly tags?: StringMap;
}

export interface DumpEntitySpec extends DumpSpec {
  readonly join_key: string;
  readonly value_type?: ValueTypeName;
}

export interface DumpViewSpec extends DumpSpec {
  readonly features?: readonly DumpField[];
  readonly entities?: readonly string[];
  readonly entity_columns?: readonly DumpField[];
  readonly disabled?: boolean;
  readonly version?: string;
  readonly ttl?: string;
  readonly online?: boolean;
  readonly offline?: boolean;
  readonly batch_source?: DumpSource;
  readonly stream_source?: DumpSource;
  readonly mode?: string;
  readonly singleton?: boolean;
  readonly write_to_online_store?: boolean;
  readonly aggregations?: readonly unknown[];
  readonly feature_transformation?: unknown;
  readonly user_defined_function?: unknown;
  readonly sources?: Readonly<Record<string, DumpOnDemandSource>>;
}

export interface DumpOnDemandSource {
  readonly feature_view_projection?: DumpProjection;
  readonly request_data_source?: DumpSource;
}

export interface DumpMeta {
  readonly created_timestamp?: string;
  readonly state?: ViewBase['state'];
  readonly current_version_number?: number;
  readonly materialization_intervals?: readonly { readonly start_time: string; readonly end_time: string }[];
}

export interface DumpView {
  readonly spec: DumpViewSpec;
  readonly meta?: DumpMeta;
}

export interface DumpServiceSpec extends DumpSpec {
  readonly features?: readonly DumpProjection[];
  readonly precompute_online?: boolean;
}

export interface DumpPolicy {
  readonly role_based_policy?: { readonly roles: readonly string[] };
  readonly group_based_policy?: { readonly groups: readonly string[] };
  readonly namespace_based_policy?: { readonly namespaces: readonly string[] };
  readonly combined_group_namespace_policy?: {
    readonly groups: readonly string[];
    readonly namespaces: readonly string[];
  };
}

export interface DumpPermissionSpec extends DumpSpec {
  readonly types?: Permission['types'];
  readonly name_patterns?: readonly string[];
  readonly required_tags?: StringMap;
  readonly actions?: Permission['actions'];
  readonly policy?: DumpPolicy;
}

export interface RegistryDump {
  readonly version_id: string;
  readonly last_updated: string;
  readonly projects: readonly { readonly spec: DumpSpec }[];
  readonly entities?: readonly { readonly spec: DumpEntitySpec }[];
  readonly data_sources?: readonly DumpSource[];
  readonly feature_views?: readonly DumpView[];
  readonly stream_feature_views?: readonly DumpView[];
  readonly on_demand_feature_views?: readonly DumpView[];
  readonly feature_services?: readonly { readonly spec: DumpServiceSpec }[];
  readonly permissions?: readonly { readonly spec: DumpPermissionSpec }[];
}
