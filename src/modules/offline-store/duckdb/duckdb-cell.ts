import type {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBUUIDValue,
  DuckDBValue,
} from '@duckdb/node-api';
import type { Cell } from '../cell.js';
import { normalised } from '../scalar-conversion.js';
import type { SourceType } from '../source-type.js';

/** A value of DuckDB as a cell of its type. */
export function cellOf(type: SourceType, value: DuckDBValue): Cell {
  if (value === null) return null;
  switch (type.kind) {
    case 'integer':
      return typeof value === 'bigint' ? normalised(value) : (value as number);
    case 'bytes':
      return (value as DuckDBBlobValue).bytes;
    case 'uuid':
      return (value as DuckDBUUIDValue).toString();
    case 'date':
      return (value as DuckDBDateValue).days;
    case 'time':
      return (value as DuckDBTimeValue).micros;
    case 'timestamp':
      return type.unit === 'ns'
        ? (value as DuckDBTimestampNanosecondsValue).nanos
        : (value as DuckDBTimestampValue).micros;
    case 'decimal':
      return (value as DuckDBDecimalValue).value;
    case 'list':
      return (value as DuckDBListValue | DuckDBArrayValue).items.map((item) => cellOf(type.item, item));
    case 'struct': {
      const { entries } = value as DuckDBStructValue;
      return [...type.fields].map(([name, field]) => [name, cellOf(field, entries[name] ?? null)] as const);
    }
    case 'map':
      return (value as DuckDBMapValue).entries.map(
        (entry) => [cellOf(type.key, entry.key), cellOf(type.value, entry.value)] as const,
      );
    default:
      return value as Cell;
  }
}
