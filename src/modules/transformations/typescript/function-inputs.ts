import { convertTypedColumn, typeName } from '../../../common/codec/typed-column.js';
import { invalidColumnValue } from '../../../common/codec/value-error.js';
import { mapRows, ValueProblem } from '../../../common/codec/value-problem.js';
import { InvalidValueError } from '../../../common/errors/errors.js';
import { JsonFloat, type JsonArray, type JsonValue } from '../../../common/model/json-value.js';
import { type FeatureValue, ValueType, type ValueTypeNumber } from '../../../common/model/value.js';
import { EVENT_TIME, eventTimeColumn } from '../event-time-column.js';
import type { FeatureColumn, SourceColumns, TransformationInputs } from '../transformer.js';
import { setMember } from './named-members.js';
import { transformPayload, transformValue } from './stored-value.js';
import type { RepoFunction } from './repo-function.js';

type Columns = Readonly<Record<string, readonly unknown[]>>;

/** The inputs of a function, by source and column. Plain data, that can be sent to a thread. */
export interface FunctionInputs {
  readonly rows: number;
  /** Name of a source, as the function and as the registry call it → columns. */
  readonly sources: Readonly<Record<string, Columns>>;
  /** Columns that the request did not bring: source and column, and the message for whoever looks at one. */
  readonly missing: readonly (readonly [source: string, column: string, message: string])[];
}

/**
 * The rows of a request as the function of a view gets them.
 *
 * Errors: InvalidValueError for a value of the request that is not of its declared type, naming column and row.
 */
export function functionInputs(fn: RepoFunction, inputs: TransformationInputs): FunctionInputs {
  const sources: Record<string, Columns> = {};
  const missing: [string, string, string][] = [];
  for (const [key, name] of fn.sources) {
    const source = fn.asRegistered.sources.find((one) => one.name === name);
    if (!source) continue;
    const given = inputs.sources.find((one) => one.name === name);
    const wanted = source.kind === 'request' ? source.source.requestFields : source.projection.features;
    const columns =
      source.kind === 'request' ? requestColumns(source.source.requestFields, inputs) : viewColumns(given);
    for (const spelling of new Set([key, name])) {
      // A name that the function gave to another source is that source's.
      if (spelling !== key && fn.sources.has(spelling)) continue;
      setMember(sources, spelling, columns);
      for (const { name: column } of wanted) {
        if (!Object.hasOwn(columns, column))
          missing.push([spelling, column, missingText(fn, column, inputs)]);
      }
    }
  }
  return { rows: inputs.rows, sources, missing };
}

function missingText({ viewName }: RepoFunction, column: string, { place }: TransformationInputs): string {
  const lack = place === 'sources' ? 'is a value of requests' : `is missing in ${place}`;
  return `${column} ${lack}: the on-demand feature view ${viewName} is computed from it`;
}

function viewColumns(source: SourceColumns | undefined): Columns {
  const columns: Record<string, readonly unknown[]> = {};
  if (!source) return columns;
  for (const [name, { type, values }] of source.joinKeys) {
    setMember(
      columns,
      name,
      values.map((value) => transformPayload(type, value)),
    );
  }
  for (const [name, values] of source.features) setMember(columns, name, transformedValues(values));
  return columns;
}

function transformedValues(values: FeatureColumn): readonly unknown[] {
  const transformed = Array<unknown>(values.length);
  for (let row = 0; row < values.length; row++)
    transformed[row] = transformValue(values[row] as FeatureValue);
  return transformed;
}

interface RequestField {
  readonly name: string;
  readonly valueType: number;
}

function requestColumns(
  fields: readonly RequestField[],
  { requestData, place, eventTimesMicros }: TransformationInputs,
): Columns {
  const columns: Record<string, readonly unknown[]> = {};
  for (const { name, valueType } of fields) {
    const values = requestData.get(name);
    if (values) setMember(columns, name, requestColumn(name, valueType as ValueTypeNumber, values, place));
    else if (eventTimesMicros && name === EVENT_TIME && valueType === ValueType.UNIX_TIMESTAMP) {
      const { type, values: times } = eventTimeColumn(eventTimesMicros);
      setMember(
        columns,
        name,
        times.map((time) => transformPayload(type, time)),
      );
    }
  }
  return columns;
}

const NUMBERS: readonly ValueTypeNumber[] = [
  ValueType.INT32,
  ValueType.INT64,
  ValueType.FLOAT,
  ValueType.DOUBLE,
];

/** Numbers are taken as they are sent, as by Feast: 1.5 for a field of whole numbers, too. */
// oxlint-disable-next-line max-params -- a column, and where it stands
function requestColumn(
  name: string,
  type: ValueTypeNumber,
  values: JsonArray,
  place: TransformationInputs['place'],
): readonly unknown[] {
  try {
    if (NUMBERS.includes(type)) return mapRows(values, numberOf);
    return convertTypedColumn(type, values).values.map((value) => transformPayload(type, value));
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    const what = `the request field ${name} is ${typeName(type)}`;
    throw invalidColumnValue(error, { loc: ['body', place], name, values, what });
  }
}

function numberOf(value: JsonValue): number | null {
  if (value === null || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof JsonFloat) return Number.isNaN(value.value) ? null : value.value;
  throw new ValueProblem('is not a number', 'float_type');
}

/** What a function of the mode `columns` is called with. */
export function columnsArgument({ sources, missing }: FunctionInputs): object {
  if (missing.length === 0) return sources;
  const argument: Record<string, object> = {};
  for (const [name, columns] of Object.entries(sources)) setMember(argument, name, { ...columns });
  tellMissing(argument, missing);
  return argument;
}

/** What a function of the mode `row` is called with for one row. */
export function rowArgument({ sources, missing }: FunctionInputs, row: number): object {
  const argument: Record<string, object> = {};
  for (const source in sources) {
    const values: Record<string, unknown> = {};
    const columns = sources[source] as Columns;
    for (const column in columns) setMember(values, column, (columns[column] as readonly unknown[])[row]);
    setMember(argument, source, values);
  }
  tellMissing(argument, missing);
  return argument;
}

/** A function may do without a column: whoever takes one that is not there is told. */
function tellMissing(argument: Record<string, object>, missing: FunctionInputs['missing']): void {
  for (const [source, column, message] of missing) {
    const get = (): never => {
      throw InvalidValueError.at(['body', 'df', column], message, 'missing');
    };
    Object.defineProperty(argument[source] ?? {}, column, { get, configurable: true, enumerable: false });
  }
}
