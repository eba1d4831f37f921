import type { DataSource, DataSourceKind, RequestField } from '../../common/model/data-source.js';
import type { DataSource as DataSourceMessage } from '../../generated/feast/core/DataSource_pb.js';
import { DataSource_SourceType as SourceType } from '../../generated/feast/core/DataSource_pb.js';
import { decodeStringMap } from './registry-scalar.codec.js';

const KINDS: ReadonlyMap<number, DataSourceKind> = new Map<SourceType, DataSourceKind>([
  [SourceType.BATCH_FILE, 'BATCH_FILE'],
  [SourceType.BATCH_SNOWFLAKE, 'BATCH_SNOWFLAKE'],
  [SourceType.BATCH_BIGQUERY, 'BATCH_BIGQUERY'],
  [SourceType.BATCH_REDSHIFT, 'BATCH_REDSHIFT'],
  [SourceType.STREAM_KAFKA, 'STREAM_KAFKA'],
  [SourceType.STREAM_KINESIS, 'STREAM_KINESIS'],
  [SourceType.CUSTOM_SOURCE, 'CUSTOM_SOURCE'],
  [SourceType.REQUEST_SOURCE, 'REQUEST_SOURCE'],
  [SourceType.PUSH_SOURCE, 'PUSH_SOURCE'],
  [SourceType.BATCH_TRINO, 'BATCH_TRINO'],
  [SourceType.BATCH_SPARK, 'BATCH_SPARK'],
  [SourceType.BATCH_ATHENA, 'BATCH_ATHENA'],
  [SourceType.BATCH_ICEBERG, 'BATCH_ICEBERG'],
]);

const FORMATS = { parquetFormat: 'parquet', deltaFormat: 'delta', none: undefined } as const;

const NO_FIELDS: readonly RequestField[] = Object.freeze([]);

/**
 * Shape:  a source of the registry, or one inside a view, a projection or another source. Those may lack the
 *         project and the Python class, so the kind comes from the number of the type alone; a number that this
 *         version does not know is INVALID.
 */
export function decodeDataSource(message: DataSourceMessage): DataSource {
  const file = message.options.case === 'fileOptions' ? message.options.value : undefined;
  return Object.freeze({
    name: message.name,
    kind: KINDS.get(message.type) ?? 'INVALID',
    timestampField: message.timestampField,
    createdTimestampColumn: message.createdTimestampColumn,
    datePartitionColumn: message.datePartitionColumn,
    fieldMapping: decodeStringMap(message.fieldMapping),
    uri: file?.uri,
    fileFormat: FORMATS[file?.fileFormat?.format.case ?? 'none'],
    s3EndpointOverride:
      file === undefined || file.s3EndpointOverride === '' ? undefined : file.s3EndpointOverride,
    batchSource: decodeOptionalDataSource(message.batchSource),
    requestFields: decodeRequestFields(message),
    description: message.description,
    owner: message.owner,
    tags: decodeStringMap(message.tags),
  });
}

/** The same for a member that may be absent. */
export function decodeOptionalDataSource(message: DataSourceMessage | undefined): DataSource | undefined {
  return message === undefined ? undefined : decodeDataSource(message);
}

function decodeRequestFields({ options }: DataSourceMessage): readonly RequestField[] {
  if (options.case !== 'requestDataOptions') return NO_FIELDS;
  const { schema, deprecatedSchema } = options.value;
  // Registries of old versions hold a map instead of the list.
  const fields =
    schema.length > 0
      ? schema.map(({ name, valueType }): RequestField => Object.freeze({ name, valueType }))
      : Object.entries(deprecatedSchema).map(([name, valueType]): RequestField =>
          Object.freeze({ name, valueType }),
        );
  return Object.freeze(fields);
}
