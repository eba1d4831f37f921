import type { DuckDBConnection } from '@duckdb/node-api';
import { InvalidRequestError } from '../../../common/errors/errors.js';
import { bindSource, type SourceBinding, type SourceFields } from '../source-binding.js';
import type { OpenSource } from './open-source.js';
import { sourceHistory } from './source-history.js';
import { openTable, requireColumns, type SourceTable, type TableColumn } from './source-table.js';

/** The files of a source with the columns that a view wants of them. */
export interface BoundTable {
  readonly table: SourceTable;
  readonly binding: SourceBinding<TableColumn>;
}

/**
 * Has the columns of a view there, to be read.
 *
 * Errors: InvalidRequestError that lists what is wrong with the columns; UnavailableError; failures of DuckDB as they are.
 */
export async function bindTable(
  connection: DuckDBConnection,
  open: OpenSource,
  fields: SourceFields,
  signal: AbortSignal,
): Promise<BoundTable> {
  const table = await openTable(connection, open.files);
  const result = bindSource({ ...fields, source: sourceHistory(fields.source) }, table.columns);
  if (!('binding' in result)) {
    throw new InvalidRequestError(
      result.problems.map((problem) => `${open.files.label}: ${problem}`).join('\n'),
    );
  }
  const { binding } = result;
  const used = usedColumns(binding);
  requireColumns(table, used);
  await open.need(new Set(used.map(({ name }) => name)), signal);
  return { table, binding };
}

function usedColumns({
  eventTime,
  createdTime,
  joinKeys,
  features,
}: SourceBinding<TableColumn>): TableColumn[] {
  const fields = [...joinKeys, ...features].map(({ column }) => column);
  return [eventTime, ...(createdTime === undefined ? [] : [createdTime]), ...fields];
}
