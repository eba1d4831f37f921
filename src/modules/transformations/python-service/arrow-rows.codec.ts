import { DataType, Table, tableFromIPC, tableToIPC, type Vector, vectorFromArray } from 'apache-arrow';
import { InvalidValueError } from '../../../common/errors/errors.js';
import type { EntityColumn } from '../../../common/model/entity-column.js';
import { JsonFloat, type JsonValue } from '../../../common/model/json-value.js';
import { arrowForm } from './arrow-type.js';

/**
 * Columns as a file of Arrow IPC, which is what Feast's transformation service reads.
 *
 * Errors: InvalidValueError for a column of a type that such a file has no form for.
 */
export function encodeArrowRows(columns: ReadonlyMap<string, EntityColumn>): Uint8Array {
  const vectors: Record<string, Vector> = {};
  for (const [name, { type, values }] of columns) {
    const form = arrowForm(type);
    if (!form) {
      throw new InvalidValueError(`${name} is of a type that cannot be sent to a transformation service`);
    }
    const given = values.map((value) => (value === null ? null : form.value(value)));
    Object.defineProperty(vectors, name, { value: vectorFromArray(given, form.type), enumerable: true });
  }
  return tableToIPC(new Table(vectors), 'file');
}

/**
 * The columns of a file of Arrow IPC as JSON values: whole numbers and floats stay apart, times are texts.
 *
 * Errors: InvalidValueError for what is no such file, and for types that pandas does not write.
 */
export function decodeArrowRows(bytes: Uint8Array): Map<string, JsonValue[]> {
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw new InvalidValueError('the transformation service sent what is no file of Arrow', { cause });
  }
  return new Map(
    table.schema.fields.map(({ name, type }, at) => {
      const vector = table.getChildAt(at) as Vector;
      const values = Array.from({ length: table.numRows }, (_, row) => jsonOf(type, vector.get(row)));
      return [name, values];
    }),
  );
}

function jsonOf(type: DataType, value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (DataType.isDictionary(type)) return jsonOf((type as { dictionary: DataType }).dictionary, value);
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const item = (type as { children: readonly { type: DataType }[] }).children[0]?.type as DataType;
    return Array.from(value as Iterable<unknown>, (each) => jsonOf(item, each));
  }
  return scalarOf(type, value);
}

function scalarOf(type: DataType, value: unknown): JsonValue {
  if (DataType.isFloat(type)) return new JsonFloat(Number(value));
  if (DataType.isInt(type)) return wholeNumber(value as number | bigint);
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return new Date(Number(value)).toISOString();
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  throw new InvalidValueError(
    `the transformation service sent a ${typeof value} that is no value of a feature`,
  );
}

function wholeNumber(value: number | bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
