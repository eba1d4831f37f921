import { pythonRepr } from '../../../common/codec/python-text.js';
import { invalidColumnValue } from '../../../common/codec/value-error.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import { InvalidRequestError } from '../../../common/errors/errors.js';
import type { JsonValue } from '../../../common/model/json-value.js';
import type { OfflineRows } from '../offline-store-writer.js';
import { shredColumn, type ShreddedLeaf } from './conversion/shredded-column.js';
import type { ConversionOptions } from './conversion/stored-value.js';
import type { Column } from './format/column-tree.js';
import { leafType, leafTypeName } from './format/leaf-type.js';

/**
 * Rows as the file stores them.
 *
 * Shape:  a leaf for each leaf of `columns`, in their order.
 * Errors: InvalidValueError at `['body', 'df', column, row]`.
 */
export function shredRows(
  columns: readonly Column[],
  { columns: given }: OfflineRows,
  options: ConversionOptions,
): ShreddedLeaf[] {
  return columns.flatMap((column) => {
    const values = given.get(column.name)!;
    try {
      return shredColumn(column, values, options);
    } catch (error) {
      if (error instanceof ValueProblem) throw columnFailure(error, column, values);
      throw error;
    }
  });
}

/**
 * Columns are compared as a set, before any value.
 *
 * Errors: InvalidRequestError with the text of Feast.
 */
export function requireColumns(expected: readonly string[], given: Iterable<string>): void {
  const [wanted, sent] = [new Set(expected), new Set(given)];
  const missing = [...wanted].filter((name) => !sent.has(name));
  const extra = [...sent].filter((name) => !wanted.has(name));
  if (missing.length + extra.length === 0) return;
  throw new InvalidRequestError(
    'The input dataframe columns do not match the batch source columns. ' +
      `missing_expected_columns: ${nameList(missing)}, extra_unexpected_columns: ${nameList(extra)}.`,
  );
}

function columnFailure(problem: ValueProblem, column: Column, values: readonly JsonValue[]): Error {
  const what = `the column ${column.name} of the batch source is ${typeName(column)}`;
  return invalidColumnValue(problem, { loc: ['body', 'df'], name: column.name, values, what });
}

function typeName(column: Column): string {
  switch (column.kind) {
    case 'leaf':
      return leafTypeName(leafType(column.element));
    case 'list':
      return `a list of ${typeName(column.item)}`;
    case 'map':
      return `a map of ${typeName(column.key)} to ${typeName(column.value)}`;
    case 'struct':
      return `an object of ${column.fields.map((field) => `${field.name} ${typeName(field)}`).join(', ')}`;
  }
}

/** As Python prints a sorted list of texts. */
function nameList(names: readonly string[]): string {
  return pythonRepr([...names].sort(byCodePoint));
}

function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
