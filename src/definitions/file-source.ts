import { define, textOption } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { Descriptive, Tags } from './tags.js';

/** Where the secrets for a source are kept. Never the secrets themselves. */
export interface ConnectionRef {
  /** `kubernetes`, `vault`, `env`, … */
  readonly provider: string;
  /** What the provider calls it: the name of a secret, a path, the beginning of variables. */
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly connectionType?: string | undefined;
  /** `secret` when left out. */
  readonly authType?: string | undefined;
  readonly params?: Tags | undefined;
}

export interface FileSourceOptions<
  TimestampField extends string = string,
  CreatedTimestampColumn extends string = string,
> extends Descriptive {
  /** The path when left out. */
  readonly name?: string | undefined;
  /** A file or folder below the repo, or an address such as `s3://bucket/rows/`. */
  readonly path: string;
  /** The column that says when a row became true. */
  readonly timestampField: TimestampField;
  /** The column that says when a row was written; of rows of one event time the last one counts. */
  readonly createdTimestampColumn?: CreatedTimestampColumn | undefined;
  /** Column of the file → name in the views. */
  readonly fieldMapping?: Tags | undefined;
  readonly fileFormat?: 'parquet' | 'delta' | undefined;
  /** Of an S3 service other than Amazon's. */
  readonly s3EndpointOverride?: string | undefined;
  readonly connectionRef?: ConnectionRef | undefined;
}

/** Rows in files: the history of features. */
export interface FileSource<
  TimestampField extends string = string,
  CreatedTimestampColumn extends string = string,
> extends Definition {
  readonly [DEFINITION]: 'data_source';
  readonly sourceType: 'file';
  readonly options: FileSourceOptions<TimestampField, CreatedTimestampColumn>;
}

export function fileSource<
  const TimestampField extends string,
  const CreatedTimestampColumn extends string = never,
>(
  options: FileSourceOptions<TimestampField, CreatedTimestampColumn>,
): FileSource<TimestampField, CreatedTimestampColumn> {
  const name = textOption(options, 'name') ?? textOption(options, 'path') ?? '';
  return define('data_source', options, { name, sourceType: 'file' });
}
