import { jsonToPlain } from '../../common/codec/json-document.codec.js';
import { InvalidValueError } from '../../common/errors/errors.js';
import type { JsonArray, JsonObject, JsonValue } from '../../common/model/json-value.js';
import type { FrameLimits } from './frame.js';

const DF = ['body', 'df'] as const;

/**
 * Row objects as columns, in the order of the first row.
 *
 * Errors: InvalidValueError: what is no object, a row that lacks a column of the first one or has one more; at
 *         `['body', 'df']` a list that is empty, or holds columns, as Feast says of every list.
 */
export function rowsAsColumns(rows: JsonArray, limits: FrameLimits): ReadonlyMap<string, JsonArray> {
  const [first] = rows;
  if (!isRow(first) || holdsColumns(first)) throw notRows(rows);
  if (rows.length > limits.rows) {
    throw InvalidValueError.at(
      DF,
      `at most ${limits.rows} rows may be sent at once, not ${rows.length}`,
      'too_long',
    );
  }
  const columns = new Map([...first.keys()].map((name): [string, JsonValue[]] => [name, []]));
  for (const [index, row] of rows.entries()) {
    if (!isRow(row)) throw InvalidValueError.at([...DF, index], `row ${index} is not an object`, 'dict_type');
    addRow(columns, row, index);
  }
  return columns;
}

function addRow(columns: ReadonlyMap<string, JsonValue[]>, row: JsonObject, index: number): void {
  for (const [name, column] of columns) {
    const value = row.get(name);
    if (value === undefined) {
      const msg = `row ${index} has no ${name}, which row 0 has: send null where there is no value`;
      throw InvalidValueError.at([...DF, index, name], msg, 'missing');
    }
    column.push(value);
  }
  if (row.size === columns.size) return;
  const other = [...row.keys()].find((name) => !columns.has(name)) ?? '';
  const msg = `row ${index} has ${other}, which row 0 does not have: all rows need the same columns`;
  throw InvalidValueError.at([...DF, index, other], msg, 'extra_forbidden');
}

function isRow(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Every row has a time, which is no list. */
function holdsColumns(row: JsonObject): boolean {
  return [...row.values()].every((value) => Array.isArray(value));
}

function notRows(rows: JsonArray): InvalidValueError {
  const msg = 'Input should be a valid dictionary of columns, or a list of rows, each an object of values';
  return new InvalidValueError(msg, {
    issues: [{ type: 'dict_type', loc: DF, msg, input: jsonToPlain(rows) }],
  });
}
