import { jsonToPlain } from '../../common/codec/json-document.codec.js';
import { InvalidValueError, type RequestIssue } from '../../common/errors/errors.js';
import type { JsonArray, JsonObject, JsonValue } from '../../common/model/json-value.js';
import type { Frame, FrameLimits } from './frame.js';
import { rowsAsColumns } from './row-objects.codec.js';

const DF = ['body', 'df'] as const;

/**
 * The member `df` of a write as columns.
 *
 * Shape:  an object of column → list, or column → {index: value}, as pandas' `to_dict()` gives it; a single value among
 *         such columns is repeated over the rows. Or, beyond Feast, a list of row objects.
 *         `text` is `df` as it was sent.
 * Errors: InvalidValueError at `['body', 'df', column]`: columns of different lengths, single values alone, lists beside
 *         indexed columns, more rows or columns than the limits allow.
 */
export function readFrame(df: JsonObject | JsonArray, limits: FrameLimits, text?: string): Frame {
  const given = df instanceof Map ? df : rowsAsColumns(df as JsonArray, limits);
  if (given.size > limits.features) {
    throw tooLarge(`at most ${limits.features} columns may be sent at once, not ${given.size}`);
  }
  const columns = new Map([...given].map(([name, value]) => [name, columnOf(value)]));
  const index = sharedIndex(columns);
  const rows = index?.length ?? listLength(columns);
  if (rows > limits.rows) throw tooLarge(`at most ${limits.rows} rows may be sent at once, not ${rows}`);
  if (rows * columns.size > limits.cells) {
    throw tooLarge(
      `at most ${limits.cells} values may be sent at once, not ${rows} rows of ${columns.size} columns`,
    );
  }
  const isText = text !== undefined && areLists(df, columns);
  return {
    rows,
    ...(isText ? { text } : {}),
    columns: new Map([...columns].map(([name, column]) => [name, filled(column, rows, index)])),
  };
}

/** A column in one of the three ways to write it. */
type Column =
  | { readonly kind: 'list'; readonly values: JsonArray }
  | { readonly kind: 'indexed'; readonly values: JsonObject }
  | { readonly kind: 'single'; readonly value: JsonValue };

function areLists(df: JsonObject | JsonArray, columns: ReadonlyMap<string, Column>): boolean {
  return df instanceof Map && [...columns.values()].every(({ kind }) => kind === 'list');
}

function columnOf(value: JsonValue): Column {
  if (Array.isArray(value)) return { kind: 'list', values: value as JsonArray };
  if (value instanceof Map) return { kind: 'indexed', values: value as JsonObject };
  return { kind: 'single', value };
}

/** The indexes of all rows, in the order in which they first come; undefined when columns are lists. */
function sharedIndex(columns: ReadonlyMap<string, Column>): readonly string[] | undefined {
  const index = new Set<string>();
  let isIndexed = false;
  for (const column of columns.values()) {
    if (column.kind !== 'indexed') continue;
    isIndexed = true;
    for (const key of column.values.keys()) index.add(key);
  }
  if (!isIndexed) return undefined;
  for (const [name, { kind }] of columns) {
    if (kind === 'list') {
      throw mistake(name, `the column ${name} is a list and others are {index: value}: write all in one way`);
    }
  }
  return [...index];
}

function listLength(columns: ReadonlyMap<string, Column>): number {
  let first: { readonly name: string; readonly length: number } | undefined;
  const issues: RequestIssue[] = [];
  for (const [name, column] of columns) {
    if (column.kind !== 'list') continue;
    const { length } = column.values;
    first ??= { name, length };
    if (length === first.length) continue;
    const msg = `${name} has ${count(length)} and ${first.name} has ${first.length}: all lists must have the same length`;
    issues.push({ type: 'value_error', loc: [...DF, name], msg });
  }
  if (issues.length > 0) throw new InvalidValueError('All arrays must be of the same length', { issues });
  if (first === undefined && columns.size > 0) throw onlySingleValues(columns);
  return first?.length ?? 0;
}

function count(length: number): string {
  return length === 1 ? '1 value' : `${length} values`;
}

function onlySingleValues(columns: ReadonlyMap<string, Column>): InvalidValueError {
  const issues = [...columns].map(([name, column]): RequestIssue => ({
    type: 'list_type',
    loc: [...DF, name],
    msg: `${name} is a single value, and no column says how many rows there are: send lists, as in {"${name}": [value]}`,
    ...(column.kind === 'single' ? { input: jsonToPlain(column.value) } : {}),
  }));
  return new InvalidValueError('All columns are single values', { issues });
}

function filled(column: Column, rows: number, index: readonly string[] | undefined): JsonArray {
  switch (column.kind) {
    case 'list':
      return column.values;
    case 'single':
      return Array.from({ length: rows }, () => column.value);
    case 'indexed':
      return index!.map((key) => column.values.get(key) ?? null);
  }
}

function mistake(name: string, msg: string): InvalidValueError {
  return InvalidValueError.at([...DF, name], msg);
}

function tooLarge(msg: string): InvalidValueError {
  return InvalidValueError.at(DF, msg, 'too_long');
}
