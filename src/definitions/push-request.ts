import { shapeOf, type TypeShape } from './field-type.js';
import type { FIELDS, KEYS } from './feature-selection.js';
import type { FileSource } from './file-source.js';
import { columnJson, jsonString, timeJson } from './push-json.js';
import type { PushSource } from './push-source.js';
import type { PushRow, Schema } from './schema.js';

/** Where pushed rows go. */
export type PushTarget = 'online' | 'offline' | 'online_and_offline';

export interface PushOptions {
  readonly to: PushTarget;
}

/** A view that is fed by a push source. */
export interface PushedView<Fields extends Schema, Keys extends Schema, Batch extends FileSource> {
  readonly name: string;
  readonly [FIELDS]?: Fields | undefined;
  readonly [KEYS]?: Keys | undefined;
  readonly options: {
    readonly source?: PushSource<Batch> | undefined;
    readonly schema: Schema;
    readonly entities?: readonly KeyOwner[] | undefined;
  };
}

interface KeyOwner {
  readonly joinKey: string;
  readonly options: { readonly type?: unknown };
}

type TimeColumns<Batch extends FileSource> =
  Batch extends FileSource<infer EventTime, infer CreatedTime> ? EventTime | CreatedTime : never;

type Row = Readonly<Record<string, unknown>>;
/** The type of a column; `time` for those of the batch source. */
type Columns = ReadonlyMap<string, TypeShape | 'time'>;

/**
 * The body of `POST /push`: rows of a view, as the JSON text that Salver and Feast store as it is meant.
 *
 * Columns go under their names in the batch source. Feast takes the type of a column from its JSON, so floats are
 * written with a fraction, whole numbers beside nulls as text, and maps, structs and JSON documents as text.
 *
 * Errors: TypeError, which names row and column, for what the compiler would have refused.
 */
export function pushRequest<Fields extends Schema, Keys extends Schema, Batch extends FileSource>(
  view: PushedView<Fields, Keys, Batch>,
  rows: readonly PushRow<Fields, Keys, TimeColumns<Batch>>[],
  options: PushOptions,
): string {
  const source = view.options.source;
  if (source?.options?.batchSource?.options === undefined) {
    throw new TypeError(`The view '${view.name}' has no push source: give it one as its source`);
  }
  const owners = view.options.entities ?? [];
  const columns = columnsOf(owners, view.options.schema, source.options.batchSource);
  const needed = new Set(owners.map(({ joinKey }) => joinKey));
  const stored = storedNames(source.options.batchSource);
  const df = [...tableJson(columns, needed, rows)].map(
    ([name, values]) => `${jsonString(stored.get(name) ?? name)}:[${values.join(',')}]`,
  );
  return `{"push_source_name":${jsonString(source.name)},"df":{${df.join(',')}},"to":${jsonString(options.to)}}`;
}

function columnsOf(owners: readonly KeyOwner[], schema: Schema, batchSource: FileSource): Columns {
  const columns = new Map<string, TypeShape | 'time'>();
  for (const owner of owners) columns.set(owner.joinKey, shapeOf(owner.options.type));
  for (const [name, type] of Object.entries(schema)) columns.set(name, shapeOf(type));
  const { timestampField, createdTimestampColumn } = batchSource.options;
  for (const name of [timestampField, createdTimestampColumn]) if (name) columns.set(name, 'time');
  return columns;
}

/** Name in the view → column of the batch source. */
function storedNames({ options }: FileSource): ReadonlyMap<string, string> {
  return new Map(Object.entries(options.fieldMapping ?? {}).map(([column, name]) => [name, column]));
}

function tableJson(
  columns: Columns,
  needed: ReadonlySet<string>,
  rows: readonly Row[],
): Map<string, readonly string[]> {
  const table = new Map<string, readonly string[]>();
  for (const [name, type] of columns) {
    const values = rows.map((row, index) => {
      const value = row[name] ?? null;
      if (value === null && (type === 'time' || needed.has(name))) {
        throw new TypeError(`Row ${index} has no '${name}', which every row of a push needs`);
      }
      return value;
    });
    table.set(name, convert(name, values, type));
  }
  return table;
}

function convert(name: string, values: readonly unknown[], type: TypeShape | 'time'): readonly string[] {
  try {
    return type === 'time' ? values.map(timeJson) : columnJson(type, values);
  } catch (error) {
    throw new TypeError(`The column '${name}': ${(error as Error).message}`, { cause: error });
  }
}
