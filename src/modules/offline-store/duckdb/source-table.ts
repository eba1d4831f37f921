import type { DuckDBConnection } from '@duckdb/node-api';
import { InvalidRequestError } from '../../../common/errors/errors.js';
import type { SourceColumn } from '../offline-store.js';
import { naturalValueType, type SourceType } from '../source-type.js';
import { sourceTypeOf } from './duckdb-type.js';
import { hivePartitions, type HivePartition } from '../files/hive-partitions.js';
import { parquetColumns, type ParquetColumn, type ParquetColumns } from './parquet-schema.js';
import type { SourceFiles } from '../files/source-files.js';
import { quotedName, quotedText } from './sql-text.js';

/** A column with the expression that reads it. */
export interface TableColumn extends SourceColumn {
  readonly sql: string;
  /** It stands in the names of folders. */
  readonly isPartition: boolean;
}

/** The files of a source as one table. */
export interface SourceTable {
  readonly files: SourceFiles;
  /** What stands behind FROM. */
  readonly from: string;
  readonly columns: readonly TableColumn[];
  /** The columns of each file. */
  readonly parquet: readonly ParquetColumns[];
}

/** Where a row is: DuckDB has these two columns for every parquet file. */
export const FILE_INDEX = 'file_index';
export const FILE_ROW_NUMBER = 'file_row_number';
const RESERVED: readonly string[] = [FILE_INDEX, FILE_ROW_NUMBER];

/**
 * Looks at the columns of the files, and at nothing else of them.
 *
 * Shape:  columns by name over all files; where types differ, the one that holds both.
 * Errors: InvalidRequestError for names that cannot be read; failures of DuckDB as they are.
 */
export async function openTable(connection: DuckDBConnection, files: SourceFiles): Promise<SourceTable> {
  const from = tableOf(files);
  const result = await connection.stream(`SELECT * FROM ${from} LIMIT 0`);
  const parquet = await parquetColumns(connection, files);
  const stored = result.columnTypes().map((type, index): TableColumn => {
    const name = result.columnName(index);
    const sourceType = correctedType(
      sourceTypeOf(type),
      parquet.flatMap((ofFile) => ofFile.get(name) ?? []),
    );
    return describe(name, {
      sql: quotedName(name),
      storedType: type.toString(),
      sourceType,
      isPartition: false,
    });
  });
  const reserved = stored.find(({ name }) => RESERVED.includes(name.toLowerCase()));
  if (reserved !== undefined) {
    throw new InvalidRequestError(
      `${files.label}: a column cannot have the name ${reserved.name}: rename it`,
    );
  }
  const names = new Set(stored.map(({ name }) => name));
  const partitions = hivePartitions(files).filter(({ name }) => !names.has(name));
  return { files, from, columns: [...stored, ...partitions.map(partitionColumn)], parquet };
}

function correctedType(type: SourceType, columns: readonly ParquetColumn[]): SourceType {
  if (columns.some(({ hasWideDecimals }) => hasWideDecimals)) {
    return { kind: 'other', name: 'decimals of more than 38 digits' };
  }
  return columns.length > 0 && columns.every(({ isNullType }) => isNullType) ? { kind: 'null' } : type;
}

function tableOf({ files }: SourceFiles): string {
  const paths = files.map(({ path }) => quotedText(path)).join(', ');
  // Of several files, DuckDB takes the first one's types for all, unless it is told to look at each.
  return `read_parquet([${paths}], hive_partitioning = false, union_by_name = ${files.length > 1})`;
}

function partitionColumn({ name, values, isInteger }: HivePartition): TableColumn {
  const literals = values.map((value) => (value === null ? 'NULL' : isInteger ? value : quotedText(value)));
  const type = isInteger ? 'INTEGER' : 'VARCHAR';
  return describe(name, {
    sql: `(([${literals.join(', ')}])::${type}[])[${FILE_INDEX}::BIGINT + 1]`,
    storedType: type,
    sourceType: isInteger ? { kind: 'integer', bits: 32, signed: true } : { kind: 'text' },
    isPartition: true,
  });
}

function describe(
  name: string,
  column: Pick<TableColumn, 'sql' | 'storedType' | 'sourceType' | 'isPartition'>,
): TableColumn {
  const { kind } = column.sourceType;
  return {
    name,
    ...column,
    valueType: naturalValueType(column.sourceType),
    isTimestamp: kind === 'timestamp' || kind === 'date',
  };
}

/**
 * Every file must have every column that is read: where one lacks it, Feast fails, and its rows would be loaded as nulls.
 *
 * Errors: InvalidRequestError, which names the file.
 */
export function requireColumns(table: SourceTable, columns: readonly TableColumn[]): void {
  for (const { name, isPartition } of columns) {
    const lacking = isPartition ? -1 : table.parquet.findIndex((ofFile) => !ofFile.has(name));
    if (lacking < 0) continue;
    throw new InvalidRequestError(
      `${table.files.label}: the file ${table.files.files[lacking]!.name} has no column ${name}, which others have`,
    );
  }
}
