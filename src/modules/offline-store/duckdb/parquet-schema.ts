import type { DuckDBConnection } from '@duckdb/node-api';
import type { SourceFiles } from '../files/source-files.js';
import { quotedText } from './sql-text.js';

/** What DuckDB does not say, or gets wrong, about a column of a file. */
export interface ParquetColumn {
  /** Written without any value, and without a type. */
  isNullType: boolean;
  /** It holds decimals of more digits than DuckDB has, which reads them as other numbers. */
  hasWideDecimals: boolean;
}

/** Columns of a file by name. */
export type ParquetColumns = ReadonlyMap<string, Readonly<ParquetColumn>>;

const MOST_DECIMAL_DIGITS = 38;

/** The columns of each file, in the order of the files. Reads the ends of the files only. */
export async function parquetColumns(
  connection: DuckDBConnection,
  { files }: SourceFiles,
): Promise<readonly ParquetColumns[]> {
  const paths = files.map(({ path }) => quotedText(path)).join(', ');
  const result = await connection.run(
    `SELECT file_name, name, num_children, logical_type, precision FROM parquet_schema([${paths}])`,
  );
  const byFile = columnsByFile((await result.getRows()) as unknown as readonly SchemaNode[]);
  return files.map(({ path }) => byFile.get(path) ?? new Map());
}

type SchemaNode = readonly [
  file: string,
  name: string,
  children: bigint | null,
  logicalType: string | null,
  precision: bigint | null,
];

/** The nodes of a file are its schema as a tree, each one before its children; the first is the root. */
function columnsByFile(nodes: readonly SchemaNode[]): ReadonlyMap<string, ParquetColumns> {
  const byFile = new Map<string, Map<string, ParquetColumn>>();
  let column: ParquetColumn | undefined;
  /** Nodes below the column that are still to come. */
  let below = 0;
  for (const [file, name, children, logicalType, precision] of nodes) {
    const columns = byFile.get(file);
    if (columns === undefined) {
      byFile.set(file, new Map());
      below = 0;
      continue;
    }
    if (below > 0) below--;
    else columns.set(name, (column = { isNullType: logicalType === 'NullType()', hasWideDecimals: false }));
    below += Number(children ?? 0n);
    if (Number(precision ?? 0n) > MOST_DECIMAL_DIGITS) column!.hasWideDecimals = true;
  }
  return byFile;
}
