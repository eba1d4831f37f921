import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBTypeId,
  type DuckDBType,
} from '@duckdb/node-api';
import type { SourceType } from '../source-type.js';

const integer = (bits: 8 | 16 | 32 | 64, signed: boolean): SourceType => ({ kind: 'integer', bits, signed });
const timestamp = (unit: 'us' | 'ns', zoned: boolean): SourceType => ({ kind: 'timestamp', unit, zoned });

const FLAT_TYPES: ReadonlyMap<DuckDBTypeId, SourceType> = new Map<DuckDBTypeId, SourceType>([
  [DuckDBTypeId.BOOLEAN, { kind: 'boolean' }],
  [DuckDBTypeId.TINYINT, integer(8, true)],
  [DuckDBTypeId.SMALLINT, integer(16, true)],
  [DuckDBTypeId.INTEGER, integer(32, true)],
  [DuckDBTypeId.BIGINT, integer(64, true)],
  [DuckDBTypeId.UTINYINT, integer(8, false)],
  [DuckDBTypeId.USMALLINT, integer(16, false)],
  [DuckDBTypeId.UINTEGER, integer(32, false)],
  [DuckDBTypeId.UBIGINT, integer(64, false)],
  [DuckDBTypeId.FLOAT, { kind: 'float32' }],
  [DuckDBTypeId.DOUBLE, { kind: 'float64' }],
  [DuckDBTypeId.VARCHAR, { kind: 'text' }],
  [DuckDBTypeId.BLOB, { kind: 'bytes' }],
  [DuckDBTypeId.UUID, { kind: 'uuid' }],
  [DuckDBTypeId.DATE, { kind: 'date' }],
  [DuckDBTypeId.TIME, { kind: 'time' }],
  [DuckDBTypeId.TIMESTAMP, timestamp('us', false)],
  [DuckDBTypeId.TIMESTAMP_TZ, timestamp('us', true)],
  [DuckDBTypeId.TIMESTAMP_NS, timestamp('ns', false)],
]);

/** What a column of DuckDB's type holds. Parquet has few others than these, and Feast cannot read those either. */
export function sourceTypeOf(type: DuckDBType): SourceType {
  if (type instanceof DuckDBDecimalType) return { kind: 'decimal', scale: type.scale };
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    return { kind: 'list', item: sourceTypeOf(type.valueType) };
  }
  if (type instanceof DuckDBMapType) {
    return { kind: 'map', key: sourceTypeOf(type.keyType), value: sourceTypeOf(type.valueType) };
  }
  if (type instanceof DuckDBStructType) {
    const fields = type.entryNames.map((name, i) => [name, sourceTypeOf(type.entryTypes[i]!)] as const);
    return { kind: 'struct', fields: new Map(fields) };
  }
  return FLAT_TYPES.get(type.typeId) ?? { kind: 'other', name: type.toString() };
}
