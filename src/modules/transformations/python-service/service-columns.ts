import { convertTypedColumn, typeName } from '../../../common/codec/typed-column.js';
import { invalidColumnValue } from '../../../common/codec/value-error.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import { InvalidValueError } from '../../../common/errors/errors.js';
import type { EntityColumn } from '../../../common/model/entity-column.js';
import type { Field, OnDemandFeatureView } from '../../../common/model/feature-view.js';
import type { JsonValue } from '../../../common/model/json-value.js';
import type { FeatureColumn, TransformationInputs, TransformedColumns } from '../transformer.js';

/**
 * The columns that a function is to get, as the registry declares them. A feature is called like itself; one of a second
 * view that has the same name is called `view__feature`. The service adds the other spelling.
 *
 * Errors: InvalidValueError for a value of the request that is not of its declared type.
 */
export function serviceInputs(
  view: OnDemandFeatureView,
  inputs: TransformationInputs,
): Map<string, EntityColumn> {
  const columns = new Map<string, EntityColumn>(inputs.joinKeys);
  for (const source of view.sources) {
    if (source.kind === 'request') {
      for (const field of source.source.requestFields) {
        const values = inputs.requestData.get(field.name);
        if (values) columns.set(field.name, requestColumn(field as Field, values, inputs.place));
      }
    } else {
      const given = inputs.sources.find(({ name }) => name === source.name);
      for (const { name, valueType } of source.projection.features) {
        const values = given?.features.get(name);
        if (!values) continue;
        const called = columns.has(name) ? `${source.projection.viewName}__${name}` : name;
        columns.set(called, { type: valueType, values: payloads(values) });
      }
    }
  }
  return columns;
}

function payloads(values: FeatureColumn): EntityColumn['values'] {
  return values.map((value) => value && value.value);
}

function requestColumn(
  { name, valueType }: Field,
  values: readonly JsonValue[],
  place: TransformationInputs['place'],
): EntityColumn {
  try {
    return convertTypedColumn(valueType, values);
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    const what = `the request field ${name} is ${typeName(valueType)}`;
    throw invalidColumnValue(error, { loc: ['body', place], name, values, what });
  }
}

/** What the service computed, as the view declares it. Errors: InvalidValueError that names view, column and row. */
export function serviceOutputs(
  { name: viewName, features }: OnDemandFeatureView,
  computed: ReadonlyMap<string, readonly JsonValue[]>,
  wanted: readonly string[] = features.map(({ name }) => name),
): TransformedColumns {
  return new Map(
    features.flatMap(({ name, valueType }) => {
      if (!wanted.includes(name)) return [];
      const values = computed.get(`${viewName}__${name}`) ?? computed.get(name);
      if (!values) return [];
      try {
        return [[name, convertTypedColumn(valueType, values)] as const];
      } catch (error) {
        if (!(error instanceof ValueProblem)) throw error;
        const what = `${name} ${error.reason}: it is ${typeName(valueType)}`;
        throw new InvalidValueError(`On-demand feature view ${viewName}: ${what}`);
      }
    }),
  );
}
