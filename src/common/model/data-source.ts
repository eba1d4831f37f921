/** Where rows come from: a file, a table, a stream, a push, or the request itself. */
export interface DataSource {
  readonly name: string;
  readonly kind: DataSourceKind;
  readonly timestampField: string;
  /** Empty when the source has none. */
  readonly createdTimestampColumn: string;
  readonly datePartitionColumn: string;
  /** Column of the source → name in the view. */
  readonly fieldMapping: ReadonlyMap<string, string>;
  /** Of a file source: path or URI as registered. */
  readonly uri: string | undefined;
  /** Of a file source; undefined where nothing is said, which is parquet. */
  readonly fileFormat: 'parquet' | 'delta' | undefined;
  /** Of a file source on S3 with an endpoint of its own. */
  readonly s3EndpointOverride: string | undefined;
  /** Of a push or stream source: where its history is. */
  readonly batchSource: DataSource | undefined;
  /** Of a request source: the fields that the request must bring. */
  readonly requestFields: readonly RequestField[];
  readonly description: string;
  readonly owner: string;
  readonly tags: ReadonlyMap<string, string>;
}

export interface RequestField {
  readonly name: string;
  /** A number of `ValueType`. */
  readonly valueType: number;
}

/** Names of `DataSource.SourceType` in the registry. */
export type DataSourceKind =
  | 'INVALID'
  | 'BATCH_FILE'
  | 'BATCH_SNOWFLAKE'
  | 'BATCH_BIGQUERY'
  | 'BATCH_REDSHIFT'
  | 'STREAM_KAFKA'
  | 'STREAM_KINESIS'
  | 'CUSTOM_SOURCE'
  | 'REQUEST_SOURCE'
  | 'PUSH_SOURCE'
  | 'BATCH_TRINO'
  | 'BATCH_SPARK'
  | 'BATCH_ATHENA'
  | 'BATCH_ICEBERG';
