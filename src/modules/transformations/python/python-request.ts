import { jsonText } from '../../../common/codec/json-text.js';
import { InvalidValueError, NotSupportedError } from '../../../common/errors/errors.js';
import { DUMMY_JOIN_KEY } from '../../../common/model/entity.js';
import type { EntityColumn } from '../../../common/model/entity-column.js';
import type { OnDemandFeatureView } from '../../../common/model/feature-view.js';
import type { FeatureValue, ValueTypeNumber } from '../../../common/model/value.js';
import type { TransformPurpose } from '../transformations.js';
import type { TransformationInputs, TransformedColumns } from '../transformer.js';
import { EVENT_TIME, eventTimeColumn } from '../event-time-column.js';
import type { PythonFrame } from './python-frame.codec.js';
import { decodeValues, encodeValues } from './repeated-value.codec.js';

/** What Python is asked for, as it is sent. */
export interface PythonRequest {
  /** The members of a JSON object, without the braces around it. */
  readonly members: string;
  readonly payload: readonly Uint8Array[];
}

/**
 * The rows of a computation for Python. Feast's functions find a feature of a view under its own name and as
 * `view__feature`; where two views have a feature of one name, the short one is that of the first.
 */
export function pythonRequest(
  view: OnDemandFeatureView,
  purpose: TransformPurpose,
  inputs: TransformationInputs,
): PythonRequest {
  const { written } = inputs;
  const columns = written ? [] : inputColumns(view, inputs);
  const payload = columns.map(({ values }) => encodeValues(values));
  const described = columns.map(({ names }, at) => [names, payload[at]?.length]);
  const keys = Object.fromEntries(
    view.entityColumns
      .filter(({ name }) => name !== DUMMY_JOIN_KEY)
      .map(({ name, valueType }) => [name, valueType]),
  );
  const members = [
    `"op":"transform"`,
    `"purpose":${JSON.stringify(purpose)}`,
    `"rows":${inputs.rows}`,
    `"wanted":${JSON.stringify(inputs.wanted ?? null)}`,
    `"columns":${JSON.stringify(described)}`,
    `"keys":${JSON.stringify(keys)}`,
    `"data":${written ? '{}' : jsonText(inputs.requestData)}`,
    `"df":${written ? jsonText(written) : 'null'}`,
  ];
  return { members: members.join(','), payload };
}

interface InputColumn {
  readonly names: readonly string[];
  readonly values: readonly FeatureValue[];
}

function inputColumns(view: OnDemandFeatureView, inputs: TransformationInputs): InputColumn[] {
  const taken = new Set(inputs.joinKeys.keys());
  const columns: InputColumn[] = [...inputs.joinKeys].map(([name, column]) => ({
    names: [name],
    values: typedValues(column),
  }));
  const { eventTimesMicros } = inputs;
  if (eventTimesMicros && !taken.has(EVENT_TIME)) {
    columns.push({ names: [EVENT_TIME], values: typedValues(eventTimeColumn(eventTimesMicros)) });
    taken.add(EVENT_TIME);
  }
  for (const { name, features } of inputs.sources) {
    const viewName = sourceViewName(view, name);
    for (const [feature, values] of features) {
      const full = `${viewName}__${feature}`;
      columns.push({ names: taken.has(feature) ? [full] : [feature, full], values });
      taken.add(feature);
    }
  }
  return columns;
}

function sourceViewName({ sources }: OnDemandFeatureView, name: string): string {
  const source = sources.find((one) => one.name === name);
  return source?.kind === 'projection' ? source.projection.viewName : name;
}

function typedValues({ type, values }: EntityColumn): FeatureValue[] {
  return values.map((value) => (value === null ? null : { type, value }));
}

/**
 * What Python computed.
 *
 * Errors: InvalidValueError for a function that raised or returned what cannot be used; NotSupportedError for one that was
 *         not loaded.
 */
export function pythonResult(
  view: OnDemandFeatureView,
  { header, payload }: PythonFrame,
): TransformedColumns {
  const { missing } = header;
  if (typeof missing === 'string') throw pythonNotLoaded(view, missing);
  const failure = header['failed'] ?? header['broken'];
  if (typeof failure === 'string') {
    throw new InvalidValueError(`On-demand feature view ${view.name}: ${failure}`);
  }
  const types = new Map(
    [...view.entityColumns, ...view.features].map((field) => [field.name, field.valueType]),
  );
  const columns = new Map<string, EntityColumn>();
  let at = 0;
  for (const [name, length] of header['columns'] as readonly (readonly [string, number])[]) {
    const values = decodeValues(payload.subarray(at, at + length));
    at += length;
    const type = values.find((value) => value !== null)?.type ?? types.get(name);
    columns.set(name, {
      type: type as ValueTypeNumber,
      values: values.map((value) => value && value.value),
    });
  }
  return columns;
}

export function pythonNotLoaded({ name }: OnDemandFeatureView, problem: string): NotSupportedError {
  return new NotSupportedError(
    `Feature view '${name}' cannot be computed: Python cannot load its function: ${problem}`,
  );
}
