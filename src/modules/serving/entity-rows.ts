import { InvalidValueError } from '../../common/errors/errors.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import type { KeySet } from './column-binding.js';

/** The distinct entities of a request for one set of key columns. */
export interface EntityRows {
  /** `keys[r]`: the entity key of distinct row `r`. */
  readonly keys: readonly Uint8Array[];
  /** `rowOf[i]`: the distinct row of request row `i`. */
  readonly rowOf: Int32Array;
}

/**
 * Encodes the entity keys of a request, each distinct entity once.
 *
 * Errors:  InvalidValueError for a null, or a type that cannot be a key, naming column and row.
 */
export function entityRows(
  keySet: KeySet,
  names: readonly string[],
  columns: readonly EntityColumn[],
  rows: number,
): EntityRows {
  const keyColumns = keySet.columns.map((index) => columns[index] as EntityColumn);
  for (let at = 0; at < keyColumns.length; at++) {
    assertNoNull(names[keySet.columns[at] as number] as string, keyColumns[at] as EntityColumn);
  }
  const { rowOf, firstRows } = distinct(keyColumns, rows);
  return { keys: keySet.encoder.encode(keyColumns, firstRows), rowOf };
}

function assertNoNull(name: string, column: EntityColumn): void {
  const row = column.values.indexOf(null);
  if (row < 0) return;
  const msg = `${name}[${row}] is null (or a list or object, which counts as null): a join key needs a value in every row`;
  throw InvalidValueError.at(['body', 'entities', name, row], msg);
}

/** `firstRows[r]`: a request row that holds distinct row `r`. */
function distinct(
  columns: readonly EntityColumn[],
  rows: number,
): { rowOf: Int32Array; firstRows: number[] } {
  const rowOf = new Int32Array(rows);
  const firstRows: number[] = [];
  // A view without entities has one row, whatever the request's columns are.
  if (columns.length === 0) return { rowOf, firstRows: rows === 0 ? [] : [0] };
  const seen = new Map<unknown, number>();
  for (let row = 0; row < rows; row++) {
    const identity = identityOf(columns, row);
    let at = seen.get(identity);
    if (at === undefined) {
      at = firstRows.length;
      seen.set(identity, at);
      firstRows.push(row);
    }
    rowOf[row] = at;
  }
  return { rowOf, firstRows };
}

function identityOf(columns: readonly EntityColumn[], row: number): unknown {
  if (columns.length === 1) return (columns[0] as EntityColumn).values[row];
  let identity = '';
  for (const { values } of columns) {
    const text = (values[row] as string | number | bigint).toString();
    identity += `${text.length}:${text}`;
  }
  return identity;
}
