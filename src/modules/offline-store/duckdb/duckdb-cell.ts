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
import type { SourceKind, SourceType, SourceTypeOf } from '../source-type.js';

type Forms = { readonly [K in SourceKind]: (type: SourceTypeOf<K>, value: DuckDBValue) => Cell };

const asIs = (_type: SourceType, value: DuckDBValue): Cell => value as Cell;

const FORMS: Forms = {
  boolean: asIs,
  text: asIs,
  float32: asIs,
  float64: asIs,
  integer: (_type, value) => (typeof value === 'bigint' ? normalised(value) : (value as number)),
  bytes: (_type, value) => (value as DuckDBBlobValue).bytes,
  uuid: (_type, value) => (value as DuckDBUUIDValue).toString(),
  date: (_type, value) => (value as DuckDBDateValue).days,
  time: (_type, value) => (value as DuckDBTimeValue).micros,
  timestamp: ({ unit }, value) =>
    unit === 'ns' ? (value as DuckDBTimestampNanosecondsValue).nanos : (value as DuckDBTimestampValue).micros,
  decimal: (_type, value) => (value as DuckDBDecimalValue).value,
  list: ({ item }, value) =>
    (value as DuckDBListValue | DuckDBArrayValue).items.map((each) => cellOf(item, each)),
  struct: ({ fields }, value) => {
    const { entries } = value as DuckDBStructValue;
    return [...fields].map(([name, field]) => [name, cellOf(field, entries[name] ?? null)] as const);
  },
  map: (type, value) =>
    (value as DuckDBMapValue).entries.map(
      (entry) => [cellOf(type.key, entry.key), cellOf(type.value, entry.value)] as const,
    ),
  null: () => null,
  other: () => null,
};

/** A value of DuckDB as a cell of its type. */
export function cellOf(type: SourceType, value: DuckDBValue): Cell {
  return value === null ? null : FORMS[type.kind](type as never, value);
}
