import { clone, create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Definition } from '../../../definitions/definition.js';
import type { Duration } from '@bufbuild/protobuf/wkt';
import {
  DataSource_FileOptionsSchema,
  DataSource_KafkaOptionsSchema,
  DataSource_KinesisOptionsSchema,
  DataSource_SourceType as SourceType,
  DataSourceSchema,
  type DataSource,
} from '../../../generated/feast/core/DataSource_pb.js';
import type { FileFormatSchema, StreamFormatSchema } from '../../../generated/feast/core/DataFormat_pb.js';
import { noteOf, optionsOf } from './definition-options.js';
import { encodeDuration } from './duration.codec.js';
import { encodeFields } from './field.codec.js';
import { OptionsReader, type StringMap } from './options-reader.js';
import type { Tell } from './problem-report.js';

type SourceInit = MessageInitShape<typeof DataSourceSchema>;

const CLASSES = {
  file: 'feast.infra.offline_stores.file_source.FileSource',
  push: 'feast.data_source.PushSource',
  request: 'feast.data_source.RequestSource',
  kafka: 'feast.data_source.KafkaSource',
  kinesis: 'feast.data_source.KinesisSource',
} as const;

export type SourceKind = keyof typeof CLASSES;

/** Feast's prefix of the tags that keep a reference to secrets. */
const CONNECTION_TAG = 'feast.connection-ref.';

/** A source as it is inside of another source or of a projection: without its Python class. */
export interface EncodedSource {
  readonly kind: SourceKind;
  readonly message: DataSource;
  readonly definition: Definition;
}

/** Undefined for what is no source that this version knows. */
export function sourceKindOf(definition: Definition): SourceKind | undefined {
  const kind = noteOf(definition, 'sourceType');
  return kind in CLASSES ? (kind as SourceKind) : undefined;
}

/** A source as it is inside of a view: with its Python class. */
export function withClass({ kind, message }: EncodedSource): DataSource {
  const copy = clone(DataSourceSchema, message);
  copy.dataSourceClassType = CLASSES[kind];
  return copy;
}

/** Shape: a source by itself; `batchSource` is the one that its options name, when there is one. */
export function encodeSource(
  definition: Definition,
  kind: SourceKind,
  tell: Tell,
  batchSource: EncodedSource | undefined,
): DataSource {
  const reader = new OptionsReader(optionsOf(definition), tell);
  if (kind !== 'file') reader.requiredText('name');
  const common = {
    name: kind === 'file' ? definition.name : reader.text('name'),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    owner: reader.text('owner'),
  };
  const specific = SPECIFIC[kind](reader, common.tags, batchSource);
  reader.finish();
  return create(DataSourceSchema, { ...common, ...specific });
}

type Specific = (
  reader: OptionsReader,
  tags: StringMap,
  batchSource: EncodedSource | undefined,
) => SourceInit;

const SPECIFIC: Readonly<Record<SourceKind, Specific>> = {
  file: fileSource,
  push: pushSource,
  request: (reader) => ({
    type: SourceType.REQUEST_SOURCE,
    options: {
      case: 'requestDataOptions',
      value: {
        schema: encodeFields(
          reader.value('schema'),
          (property, message) => reader.tell(property, message),
          'schema',
        ),
      },
    },
  }),
  kafka: kafkaSource,
  kinesis: kinesisSource,
};

function fileSource(reader: OptionsReader, tags: StringMap): SourceInit {
  // Read so that it counts as known: the builder has made the name of it.
  reader.text('name');
  const format = reader.oneOf('fileFormat', ['parquet', 'delta'], '');
  return {
    type: SourceType.BATCH_FILE,
    ...times(reader, true),
    tags: { ...tags, ...connectionTags(reader.inner('connectionRef')) },
    options: {
      case: 'fileOptions',
      value: create(DataSource_FileOptionsSchema, {
        uri: reader.requiredText('path'),
        s3EndpointOverride: reader.text('s3EndpointOverride'),
        ...(format === '' ? {} : { fileFormat: fileFormat(format) }),
      }),
    },
  };
}

function fileFormat(format: 'parquet' | 'delta'): MessageInitShape<typeof FileFormatSchema> {
  return format === 'parquet'
    ? { format: { case: 'parquetFormat', value: {} } }
    : { format: { case: 'deltaFormat', value: {} } };
}

function connectionTags(reader: OptionsReader | undefined): StringMap {
  if (reader === undefined) return {};
  const authType = reader.text('authType', 'secret');
  const parts: StringMap = {
    provider: reader.requiredText('provider'),
    name: reader.requiredText('name'),
    namespace: reader.text('namespace'),
    'connection-type': reader.text('connectionType'),
    'auth-type': authType === 'secret' ? '' : authType,
  };
  for (const [name, value] of Object.entries(reader.textMap('params'))) parts[`param.${name}`] = value;
  reader.finish();
  const kept = Object.entries(parts).filter(([name, value]) => value !== '' || name.startsWith('param.'));
  return Object.fromEntries(kept.map(([name, value]) => [`${CONNECTION_TAG}${name}`, value]));
}

function pushSource(reader: OptionsReader, _tags: StringMap, batch: EncodedSource | undefined): SourceInit {
  reader.value('batchSource');
  const { timestampField, createdTimestampColumn, fieldMapping, datePartitionColumn } = batch?.message ?? {};
  return {
    type: SourceType.PUSH_SOURCE,
    timestampField: timestampField ?? '',
    createdTimestampColumn: createdTimestampColumn ?? '',
    fieldMapping: { ...fieldMapping },
    datePartitionColumn: datePartitionColumn ?? '',
    ...nested(batch),
  };
}

function kafkaSource(reader: OptionsReader, _tags: StringMap, batch: EncodedSource | undefined): SourceInit {
  reader.value('batchSource');
  const delayMs = reader.durationMs('watermarkDelayThreshold');
  return {
    type: SourceType.STREAM_KAFKA,
    ...times(reader, true),
    ...nested(batch),
    options: {
      case: 'kafkaOptions',
      value: create(DataSource_KafkaOptionsSchema, {
        kafkaBootstrapServers: reader.requiredText('kafkaBootstrapServers'),
        topic: reader.requiredText('topic'),
        ...optional('messageFormat', streamFormat(reader, 'messageFormat')),
        // Feast keeps no delay of nothing.
        ...optional<'watermarkDelayThreshold', Duration>(
          'watermarkDelayThreshold',
          delayMs === undefined || delayMs === 0 ? undefined : encodeDuration(delayMs),
        ),
      }),
    },
  };
}

function kinesisSource(
  reader: OptionsReader,
  _tags: StringMap,
  batch: EncodedSource | undefined,
): SourceInit {
  reader.value('batchSource');
  return {
    type: SourceType.STREAM_KINESIS,
    ...times(reader, false),
    ...nested(batch),
    options: {
      case: 'kinesisOptions',
      value: create(DataSource_KinesisOptionsSchema, {
        region: reader.requiredText('region'),
        streamName: reader.requiredText('streamName'),
        ...optional('recordFormat', streamFormat(reader, 'recordFormat')),
      }),
    },
  };
}

function times(reader: OptionsReader, needed: boolean): SourceInit {
  const timestampField = needed ? reader.requiredText('timestampField') : reader.text('timestampField');
  const createdTimestampColumn = reader.text('createdTimestampColumn');
  if (timestampField !== '' && timestampField === createdTimestampColumn) {
    reader.tell(
      'createdTimestampColumn',
      `is the timestampField too ('${timestampField}'): leave one of them out`,
    );
  }
  return { timestampField, createdTimestampColumn, fieldMapping: reader.textMap('fieldMapping') };
}

function streamFormat(
  reader: OptionsReader,
  key: string,
): MessageInitShape<typeof StreamFormatSchema> | undefined {
  const inner = reader.inner(key);
  if (inner === undefined) {
    reader.tell(
      key,
      "is missing: { format: 'json', schemaJson: '…' }, or 'avro', or 'proto' with a classPath",
    );
    return undefined;
  }
  const format = inner.oneOf('format', ['json', 'avro', 'proto'], 'json');
  const text = format === 'proto' ? inner.requiredText('classPath') : inner.requiredText('schemaJson');
  inner.finish();
  if (format === 'proto') return { format: { case: 'protoFormat', value: { classPath: text } } };
  return { format: { case: `${format}Format`, value: { schemaJson: text } } };
}

function nested(batch: EncodedSource | undefined): { batchSource?: DataSource } {
  return batch === undefined ? {} : { batchSource: batch.message };
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}
