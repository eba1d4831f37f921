import { CorruptDataError, NotSupportedError } from '../../../../common/errors/errors.js';
import { decodeSchemaElement, type SchemaElement } from './schema-element.codec.js';
import { ThriftReader, ThriftType, type ThriftField } from './thrift-reader.js';
import { binaryField, i64Field, listField, thriftStruct } from './thrift-writer.js';

/** What a parquet file says of itself in its footer. */
export interface FileMetadata {
  /** All fields as they stand in the file, known or not, in their order. */
  readonly fields: readonly ThriftField[];
  /** Depth first; the first is the root. */
  readonly schema: readonly SchemaElement[];
  readonly rows: bigint;
  /** Each as it stands in the file. */
  readonly rowGroups: readonly Buffer[];
  readonly keyValues: readonly KeyValue[];
}

export interface KeyValue {
  readonly key: string;
  readonly value: Buffer | undefined;
  /** The entry as it stands in the file. */
  readonly bytes: Buffer;
}

/** What an append changes. */
export interface MetadataChange {
  readonly rows: bigint;
  readonly rowGroups: readonly Buffer[];
  readonly keyValues: readonly KeyValue[];
}

const SCHEMA = 2;
const ROWS = 3;
const ROW_GROUPS = 4;
const KEY_VALUES = 5;
const ENCRYPTION = 8;

/**
 * Errors: CorruptDataError; NotSupportedError for a file with encrypted columns.
 * Source: parquet.thrift, struct FileMetaData.
 */
export function decodeFileMetadata(bytes: Buffer): FileMetadata {
  const fields = new ThriftReader(bytes).structFields();
  const field = (id: number): Buffer | undefined => fields.find((candidate) => candidate.id === id)?.bytes;
  if (field(ENCRYPTION) !== undefined) {
    throw new NotSupportedError('it is encrypted, and rows cannot be added without its keys');
  }
  const [schema, rows, rowGroups] = [field(SCHEMA), field(ROWS), field(ROW_GROUPS)];
  if (schema === undefined || rows === undefined || rowGroups === undefined) {
    throw new CorruptDataError('the footer lacks the schema or the rows');
  }
  const keyValues = field(KEY_VALUES);
  return {
    fields,
    schema: new ThriftReader(schema).listItems().map(decodeSchemaElement),
    rows: new ThriftReader(rows).integer(),
    rowGroups: new ThriftReader(rowGroups).listItems(),
    keyValues: keyValues === undefined ? [] : new ThriftReader(keyValues).listItems().map(decodeKeyValue),
  };
}

/** The metadata with other rows; all else is kept as it was. */
export function encodeFileMetadata({ fields }: FileMetadata, change: MetadataChange): Buffer {
  const items = (list: readonly KeyValue[]): Buffer[] => list.map(({ bytes }) => bytes);
  const changed = [
    i64Field(ROWS, change.rows),
    listField(ROW_GROUPS, ThriftType.STRUCT, change.rowGroups),
    listField(KEY_VALUES, ThriftType.STRUCT, items(change.keyValues)),
  ];
  const kept = fields.filter(({ id }) => id !== ROWS && id !== ROW_GROUPS && id !== KEY_VALUES);
  return thriftStruct([...kept, ...changed].sort((a, b) => a.id - b.id));
}

export function keyValue(key: string, value: string): KeyValue {
  const bytes = thriftStruct([binaryField(1, key), binaryField(2, value)]);
  return { key, value: Buffer.from(value, 'utf8'), bytes };
}

export function decodeKeyValue(bytes: Buffer): KeyValue {
  const fields = new ThriftReader(bytes).structFields();
  const text = (id: number): Buffer | undefined => {
    const found = fields.find((field) => field.id === id)?.bytes;
    return found === undefined ? undefined : new ThriftReader(found).binary();
  };
  return { key: text(1)?.toString('utf8') ?? '', value: text(2), bytes };
}
