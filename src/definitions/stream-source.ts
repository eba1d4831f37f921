import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { Duration } from './duration.js';
import type { FileSource } from './file-source.js';
import type { Descriptive, Tags } from './tags.js';

/** How the messages of a stream are written. */
export type StreamFormat =
  | { readonly format: 'json'; readonly schemaJson: string }
  | { readonly format: 'avro'; readonly schemaJson: string }
  | { readonly format: 'proto'; readonly classPath: string };

interface StreamSourceOptions extends Descriptive {
  readonly name: string;
  readonly createdTimestampColumn?: string | undefined;
  /** Member of a message → name in the views. */
  readonly fieldMapping?: Tags | undefined;
  /** Where the history of the stream is kept. */
  readonly batchSource: FileSource;
}

export interface KafkaSourceOptions extends StreamSourceOptions {
  /** `host:port`, several separated by commas. */
  readonly kafkaBootstrapServers: string;
  readonly topic: string;
  readonly messageFormat: StreamFormat;
  readonly timestampField: string;
  /** How long late messages are waited for. */
  readonly watermarkDelayThreshold?: Duration | undefined;
}

/** A topic of Kafka. Salver registers it; jobs of your own read it and push. */
export interface KafkaSource extends Definition {
  readonly [DEFINITION]: 'data_source';
  readonly sourceType: 'kafka';
  readonly options: KafkaSourceOptions;
}

export interface KinesisSourceOptions extends StreamSourceOptions {
  readonly region: string;
  readonly streamName: string;
  readonly recordFormat: StreamFormat;
  readonly timestampField?: string | undefined;
}

/** A stream of Kinesis. Salver registers it; jobs of your own read it and push. */
export interface KinesisSource extends Definition {
  readonly [DEFINITION]: 'data_source';
  readonly sourceType: 'kinesis';
  readonly options: KinesisSourceOptions;
}

export function kafkaSource(options: KafkaSourceOptions): KafkaSource {
  return define('data_source', options, { sourceType: 'kafka' });
}

export function kinesisSource(options: KinesisSourceOptions): KinesisSource {
  return define('data_source', options, { sourceType: 'kinesis' });
}
