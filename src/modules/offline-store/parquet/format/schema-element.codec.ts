import { CorruptDataError } from '../../../../common/errors/errors.js';
import { ThriftReader, ThriftType, type ThriftField } from './thrift-reader.js';

/** Numbers of `Type` in parquet.thrift. */
export const PhysicalType = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  INT96: 3,
  FLOAT: 4,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_LEN_BYTE_ARRAY: 7,
} as const;

export type Repetition = 'required' | 'optional' | 'repeated';

/** Member of the union `LogicalType`: its field number and what stands in it. */
export interface LogicalType {
  readonly id: number;
  readonly fields: readonly ThriftField[];
}

/** One node of a schema. */
export interface SchemaElement {
  readonly name: string;
  /** Undefined for a group. */
  readonly physical: number | undefined;
  readonly typeLength: number;
  readonly repetition: Repetition;
  readonly children: number;
  /** Number of `ConvertedType`, which older writers use instead of the logical type. */
  readonly converted: number | undefined;
  readonly scale: number;
  readonly precision: number;
  readonly logical: LogicalType | undefined;
}

const REPETITIONS: readonly Repetition[] = ['required', 'optional', 'repeated'];

/** Errors: CorruptDataError. Source: parquet.thrift, struct SchemaElement. */
export function decodeSchemaElement(bytes: Buffer): SchemaElement {
  const fields = new ThriftReader(bytes).structFields();
  const repetition = REPETITIONS[integerOf(fields, 3) ?? 0];
  if (repetition === undefined) throw new CorruptDataError('the schema holds an unknown repetition');
  const name = fields.find(({ id }) => id === 4);
  if (name === undefined) throw new CorruptDataError('the schema holds a column without a name');
  const logical = fields.find(({ id, type }) => id === 10 && type === ThriftType.STRUCT);
  return {
    name: new ThriftReader(name.bytes).binary().toString('utf8'),
    physical: integerOf(fields, 1),
    typeLength: integerOf(fields, 2) ?? 0,
    repetition,
    children: integerOf(fields, 5) ?? 0,
    converted: integerOf(fields, 6),
    scale: integerOf(fields, 7) ?? 0,
    precision: integerOf(fields, 8) ?? 0,
    logical: logical === undefined ? undefined : decodeLogicalType(logical.bytes),
  };
}

/** A small integer among fields; undefined when it is not there. */
export function integerOf(fields: readonly ThriftField[], id: number): number | undefined {
  const field = fields.find((candidate) => candidate.id === id);
  if (field === undefined) return undefined;
  if (field.type === ThriftType.I8) return field.bytes.readInt8(0);
  return Number(new ThriftReader(field.bytes).integer());
}

function decodeLogicalType(bytes: Buffer): LogicalType | undefined {
  const [member] = new ThriftReader(bytes).structFields();
  if (member === undefined || member.type !== ThriftType.STRUCT) return undefined;
  return { id: member.id, fields: new ThriftReader(member.bytes).structFields() };
}
