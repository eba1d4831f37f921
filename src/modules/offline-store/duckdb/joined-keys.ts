import { InvalidRequestError } from '../../../common/errors/errors.js';
import type { BoundField } from '../source-binding.js';
import { describeSourceType, type SourceType } from '../source-type.js';
import type { BoundTable } from './bound-table.js';
import type { TableColumn } from './source-table.js';

/** A source in a join: its columns, and which of the join's keys they match. */
export interface JoinedTable extends BoundTable {
  /** For each join key of the source, in their order, its name in the join. */
  readonly keyNames: readonly string[];
}

/** A key of a join, the same in all sources. */
export interface JoinedKey {
  readonly field: BoundField['field'];
  /** What it is compared as, and stored from. */
  readonly type: Pick<TableColumn, 'storedType' | 'sourceType'>;
  /** By the place of a source: the expression of the key there; undefined where it has none. */
  readonly sql: readonly (string | undefined)[];
}

const COMMON_TYPES: Partial<Record<SourceType['kind'], JoinedKey['type']>> = {
  integer: { storedType: 'BIGINT', sourceType: { kind: 'integer', bits: 64, signed: true } },
  timestamp: {
    storedType: 'TIMESTAMP WITH TIME ZONE',
    sourceType: { kind: 'timestamp', unit: 'us', zoned: true },
  },
};

/** Errors: InvalidRequestError when two sources hold a key as values that cannot be compared. */
export function joinedKeys(
  fields: readonly BoundField['field'][],
  sources: readonly JoinedTable[],
): JoinedKey[] {
  return fields.map((field) => {
    const columns = sources.map(
      ({ binding, keyNames }) => binding.joinKeys[keyNames.indexOf(field.name)]?.column,
    );
    return joinedKey(field, columns, sources);
  });
}

function joinedKey(
  field: JoinedKey['field'],
  columns: readonly (TableColumn | undefined)[],
  sources: readonly JoinedTable[],
): JoinedKey {
  const first = columns.findIndex((column) => column !== undefined);
  const { storedType, sourceType } = columns[first]!;
  if (columns.every((column) => column === undefined || column.storedType === storedType)) {
    return { field, type: { storedType, sourceType }, sql: columns.map((column) => column?.sql) };
  }
  const other = columns.findIndex((column) => column !== undefined && column.storedType !== storedType);
  const type =
    columns[other]!.sourceType.kind === sourceType.kind ? COMMON_TYPES[sourceType.kind] : undefined;
  const isAlike = columns.every(
    (column) => column === undefined || column.sourceType.kind === sourceType.kind,
  );
  if (type === undefined || !isAlike) {
    const holds = (at: number): string =>
      `${describeSourceType(columns[at]!.sourceType)} (${columns[at]!.storedType}) in ${sources[at]!.table.files.label}`;
    throw new InvalidRequestError(
      `the join key ${field.name} holds ${holds(first)} and ${holds(other)}: their rows cannot be matched`,
    );
  }
  const sql = columns.map((column) => column && `(${column.sql})::${type.storedType}`);
  return { field, type, sql };
}
