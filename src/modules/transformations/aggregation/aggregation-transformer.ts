import { convertTypedColumn, typeName } from '../../../common/codec/typed-column.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import { InvalidValueError, NotSupportedError } from '../../../common/errors/errors.js';
import { DUMMY_JOIN_KEY } from '../../../common/model/entity.js';
import type { EntityColumn } from '../../../common/model/entity-column.js';
import type { OnDemandFeatureView, ViewAggregation } from '../../../common/model/feature-view.js';
import { JsonFloat, type JsonValue } from '../../../common/model/json-value.js';
import type { FeaturePayload, FeatureValue, ValueTypeNumber } from '../../../common/model/value.js';
import type { TransformationInputs, TransformedColumns, Transformer } from '../transformer.js';
import {
  AGGREGATE_NAMES,
  aggregateFunction,
  type AggregatedValue,
  OF_NUMBERS,
} from './aggregate-functions.js';

/**
 * Computes a view of aggregations: the rows of the request that have the same entity are one group (all of them, for a
 * view without entities), and each row gets the values of its group.
 */
export class AggregationTransformer implements Transformer {
  /** Errors: NotSupportedError for a function that is not there, and for windows of time. */
  constructor(private readonly view: OnDemandFeatureView) {
    for (const { function: name, timeWindowMs, column } of view.aggregations) {
      if (timeWindowMs > 0)
        throw unsupported(view, `the aggregation of ${column} has a window of time, and a request has none`);
      if (aggregateFunction(name)) continue;
      throw unsupported(view, `there is no aggregation '${name}' (known: ${AGGREGATE_NAMES.join(', ')})`);
    }
  }

  transform(inputs: TransformationInputs): TransformedColumns {
    const groups = groupsOf(this.view, inputs);
    const types = new Map(this.view.features.map(({ name, valueType }) => [name, valueType]));
    return new Map(
      this.view.aggregations.flatMap((aggregation) => {
        const type = types.get(aggregation.name);
        return type === undefined ? [] : [[aggregation.name, this.column(aggregation, type, groups, inputs)]];
      }),
    );
  }

  // oxlint-disable-next-line max-params -- one aggregation of grouped rows
  private column(
    { column, function: name }: ViewAggregation,
    type: ValueTypeNumber,
    groups: Groups,
    inputs: TransformationInputs,
  ): EntityColumn {
    const values = aggregatedColumn(column, inputs);
    if (!values) throw this.error(`there is no column ${column} to aggregate`);
    const members: (number | string | boolean)[][] = groups.rows.map(() => []);
    values.forEach((value, row) => {
      if (value === null) return;
      if (typeof value === 'string' && OF_NUMBERS.has(name)) {
        throw this.error(`${column}[${row}] is a text, which has no ${name}`);
      }
      members[groups.groupOf[row] as number]?.push(value);
    });
    const aggregate = aggregateFunction(name);
    const results = members.map((group): JsonValue => jsonOf(aggregate?.(group) ?? null));
    try {
      const typed = convertTypedColumn(type, results).values;
      return { type, values: groups.groupOf.map((group) => typed[group] ?? null) };
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      throw this.error(`${name} of ${column} ${error.reason}: the feature is ${typeName(type)}`);
    }
  }

  private error(what: string): InvalidValueError {
    return new InvalidValueError(`On-demand feature view ${this.view.name}: ${what}`);
  }
}

function unsupported({ name }: OnDemandFeatureView, why: string): NotSupportedError {
  return new NotSupportedError(`Feature view '${name}' cannot be computed: ${why}`);
}

/** Whole numbers stay such, so that a count is no float. */
function jsonOf(value: AggregatedValue): JsonValue {
  return typeof value === 'number' && !Number.isSafeInteger(value) ? new JsonFloat(value) : value;
}

interface Groups {
  /** `groupOf[row]` */
  readonly groupOf: readonly number[];
  /** `rows[group]`: its first row. */
  readonly rows: readonly number[];
}

function groupsOf({ entityColumns }: OnDemandFeatureView, { rows, joinKeys }: TransformationInputs): Groups {
  const keys = entityColumns.flatMap(({ name }) => {
    const column = name === DUMMY_JOIN_KEY ? undefined : joinKeys.get(name);
    return column ? [column.values] : [];
  });
  const known = new Map<string, number>();
  const firstRows: number[] = [];
  const groupOf = Array.from({ length: rows }, (_, row) => {
    // A key is a number or a text; one beyond 2^53 is a bigint.
    const identity = keys.map((values) => keyText(values[row] ?? null)).join('\u0000');
    let group = known.get(identity);
    if (group === undefined) {
      group = firstRows.length;
      known.set(identity, group);
      firstRows.push(row);
    }
    return group;
  });
  return { groupOf, rows: firstRows };
}

function keyText(value: FeaturePayload | null): string {
  return typeof value === 'bigint' ? `${value}` : JSON.stringify(value);
}

/** A feature of a source, in either spelling, or a field of the request. */
function aggregatedColumn(
  name: string,
  { sources, requestData }: TransformationInputs,
): readonly AggregatedValue[] | undefined {
  for (const source of sources) {
    const prefix = `${source.name}__`;
    const features =
      source.features.get(name) ??
      (name.startsWith(prefix) ? source.features.get(name.slice(prefix.length)) : undefined);
    if (features) return features.map(storedValue);
  }
  return requestData.get(name)?.map(sentValue);
}

function storedValue(value: FeatureValue): AggregatedValue {
  if (value === null) return null;
  const { value: payload } = value;
  if (typeof payload === 'bigint') return Number(payload);
  return typeof payload === 'object' ? null : finite(payload);
}

function sentValue(value: JsonValue): AggregatedValue {
  if (value === null) return null;
  if (value instanceof JsonFloat) return finite(value.value);
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' ? null : value;
}

/** pandas takes NaN for a value that is not there. */
function finite(value: number | string | boolean): AggregatedValue {
  return typeof value === 'number' && Number.isNaN(value) ? null : value;
}
