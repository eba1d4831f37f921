import { CorruptDataError } from '../../common/errors/errors.js';
import type { DataSource, DataSourceKind, RequestField } from '../../common/model/data-source.js';
import type { JsonObject, JsonValue } from '../../common/model/json-value.js';

type Encoded = Readonly<Record<keyof DataSource, JsonValue>>;

/** Shape: an object with the names of `DataSource`; what is undefined is null. */
export function encodeDataSource(source: DataSource): JsonObject {
  // A record: a property that `DataSource` gets has to be written here, too.
  const encoded: Encoded = {
    name: source.name,
    kind: source.kind,
    timestampField: source.timestampField,
    createdTimestampColumn: source.createdTimestampColumn,
    datePartitionColumn: source.datePartitionColumn,
    fieldMapping: source.fieldMapping,
    uri: source.uri ?? null,
    fileFormat: source.fileFormat ?? null,
    s3EndpointOverride: source.s3EndpointOverride ?? null,
    batchSource: source.batchSource === undefined ? null : encodeDataSource(source.batchSource),
    requestFields: source.requestFields.map(
      ({ name, valueType }) => new Map(Object.entries({ name, valueType })),
    ),
    description: source.description,
    owner: source.owner,
    tags: source.tags,
  };
  return new Map(Object.entries(encoded));
}

/** Errors: CorruptDataError. */
export function decodeDataSource(value: JsonValue | undefined): DataSource {
  const source = requireMap(value);
  const batchSource = source.get('batchSource') ?? null;
  return {
    name: requireText(source.get('name')),
    kind: requireText(source.get('kind')) as DataSourceKind,
    timestampField: requireText(source.get('timestampField')),
    createdTimestampColumn: requireText(source.get('createdTimestampColumn')),
    datePartitionColumn: requireText(source.get('datePartitionColumn')),
    fieldMapping: requireTexts(source.get('fieldMapping')),
    uri: optionalText(source.get('uri')),
    fileFormat: optionalText(source.get('fileFormat')) as DataSource['fileFormat'],
    s3EndpointOverride: optionalText(source.get('s3EndpointOverride')),
    batchSource: batchSource === null ? undefined : decodeDataSource(batchSource),
    requestFields: requireList(source.get('requestFields')).map(decodeRequestField),
    description: requireText(source.get('description')),
    owner: requireText(source.get('owner')),
    tags: requireTexts(source.get('tags')),
  };
}

function decodeRequestField(value: JsonValue): RequestField {
  const field = requireMap(value);
  const valueType = field.get('valueType');
  if (typeof valueType !== 'number') throw new CorruptDataError('A request field without a type');
  return { name: requireText(field.get('name')), valueType };
}

/** Errors: CorruptDataError. */
export function requireMap(value: JsonValue | undefined): JsonObject {
  if (value instanceof Map) return value as JsonObject;
  throw new CorruptDataError('Not an object where one should be');
}

/** Errors: CorruptDataError. */
export function requireList(value: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw new CorruptDataError('Not a list where one should be');
}

/** Errors: CorruptDataError. */
export function requireText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new CorruptDataError('Not a text where one should be');
}

/** Errors: CorruptDataError. */
export function optionalText(value: JsonValue | undefined): string | undefined {
  return value === null || value === undefined ? undefined : requireText(value);
}

function requireTexts(value: JsonValue | undefined): ReadonlyMap<string, string> {
  return new Map([...requireMap(value)].map(([key, text]) => [key, requireText(text)]));
}
