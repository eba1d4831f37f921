import {
  DuckDBTypeId,
  type DuckDBArrayType,
  type DuckDBDecimalType,
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
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

/** What a column of DuckDB's type holds. Parquet has no others than these, but for a few that Feast cannot read either. */
export function sourceTypeOf(type: DuckDBType): SourceType {
  switch (type.typeId) {
    case DuckDBTypeId.DECIMAL:
      return { kind: 'decimal', scale: (type as DuckDBDecimalType).scale };
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return { kind: 'list', item: sourceTypeOf((type as DuckDBListType | DuckDBArrayType).valueType) };
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = type as DuckDBMapType;
      return { kind: 'map', key: sourceTypeOf(keyType), value: sourceTypeOf(valueType) };
    }
    case DuckDBTypeId.STRUCT: {
      const { entryNames, entryTypes } = type as DuckDBStructType;
      return {
        kind: 'struct',
        fields: new Map(entryNames.map((name, i) => [name, sourceTypeOf(entryTypes[i]!)])),
      };
    }
    default:
      return FLAT_TYPES.get(type.typeId) ?? { kind: 'other', name: type.toString() };
  }
}
