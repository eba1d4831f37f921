import { describe, expect, it } from 'vitest';
import { NotSupportedError } from '../../../common/errors/errors.js';
import type { OnDemandFeatureView, ViewAggregation } from '../../../common/model/feature-view.js';
import { JsonFloat, type JsonArray } from '../../../common/model/json-value.js';
import { ValueType, type FeatureValue, type ValueTypeNumber } from '../../../common/model/value.js';
import type { TransformationInputs } from '../transformer.js';
import { AggregationTransformer } from './aggregation-transformer.js';

const int64 = (value: number | null): FeatureValue =>
  value === null ? null : { type: ValueType.INT64, value };
const field = (name: string, valueType: ValueTypeNumber) => ({
  name,
  valueType,
  description: '',
  tags: new Map<string, string>(),
  vectorIndex: false,
  vectorSearchMetric: '',
  vectorLength: 0,
});

function view(
  type: ValueTypeNumber,
  entities: readonly string[],
  ...made: Partial<ViewAggregation>[]
): OnDemandFeatureView {
  const aggregations = made.map(({ column = 'trips', function: fn = 'sum', name, timeWindowMs = 0 }) => ({
    column,
    function: fn,
    name: name ?? `${fn}_${column}`,
    timeWindowMs,
  }));
  return {
    kind: 'on_demand_feature_view',
    name: 'agg',
    features: aggregations.map(({ name }) => field(name, type)),
    entities,
    entityColumns: entities.map((name) => field(name, ValueType.INT64)),
    description: '',
    owner: '',
    tags: new Map(),
    disabled: false,
    state: 'STATE_UNSPECIFIED',
    currentVersionNumber: 0,
    version: '',
    sources: [],
    mode: 'pandas',
    writeToOnlineStore: false,
    singleton: false,
    aggregations,
    typescriptText: '',
  };
}

const KEYS = { type: ValueType.INT64, values: [1, 2, 1, 1] };

function inputs(
  trips: readonly (number | null)[],
  requestData: [string, JsonArray][] = [],
): TransformationInputs {
  return {
    rows: 4,
    sources: [
      {
        name: 'stats',
        features: new Map([['trips', trips.map(int64)]]),
        joinKeys: new Map([['driver_id', KEYS]]),
      },
    ],
    requestData: new Map(requestData),
    joinKeys: new Map([['driver_id', KEYS]]),
    place: 'entities',
  };
}

const values = (made: OnDemandFeatureView, given: TransformationInputs): unknown[] =>
  [...new AggregationTransformer(made).transform(given).values()].map((column) => column.values);

describe('AggregationTransformer', () => {
  // What pandas 2.3 makes of them, grouped by driver_id: [10, None, 30] of driver 1 and [5] of driver 2.
  it.each([
    ['sum', ValueType.INT64, [40, 5, 40, 40]],
    ['mean', ValueType.DOUBLE, [20, 5, 20, 20]],
    ['min', ValueType.INT64, [10, 5, 10, 10]],
    ['max', ValueType.INT64, [30, 5, 30, 30]],
    ['count', ValueType.INT64, [2, 1, 2, 2]],
    ['count_distinct', ValueType.INT64, [2, 1, 2, 2]],
    ['median', ValueType.DOUBLE, [20, 5, 20, 20]],
    ['var', ValueType.DOUBLE, [200, null, 200, 200]],
    ['std', ValueType.DOUBLE, [14.142135623730951, null, 14.142135623730951, 14.142135623730951]],
    ['first', ValueType.INT64, [10, 5, 10, 10]],
    ['last', ValueType.INT64, [30, 5, 30, 30]],
  ])('%s: each row gets the value of its entity', (fn, type, wanted) => {
    const made = view(type, ['driver_id'], { function: fn });
    expect(values(made, inputs([10, 5, null, 30]))).toEqual([wanted]);
  });

  it('takes all rows for one group where a view has no entities', () => {
    const made = view(ValueType.INT64, ['__dummy_id'], { function: 'sum' }, { function: 'count', name: 'n' });
    expect(values(made, inputs([10, 5, null, 30]))).toEqual([
      [45, 45, 45, 45],
      [3, 3, 3, 3],
    ]);
  });

  it('finds a column in either spelling, and among what the request brought', () => {
    const made = view(ValueType.DOUBLE, [], { column: 'stats__trips' }, { column: 'fee', function: 'max' });
    const fees: JsonArray = [1, new JsonFloat(2.5), null, new JsonFloat(Number.NaN)];
    expect(values(made, inputs([1, 1, 1, 1], [['fee', fees]]))).toEqual([
      [4, 4, 4, 4],
      [2.5, 2.5, 2.5, 2.5],
    ]);
  });

  it('has a sum of nothing, as pandas, and no mean of it', () => {
    const made = view(ValueType.DOUBLE, [], {}, { function: 'mean' });
    expect(values(made, inputs([null, null, null, null]))).toEqual([
      [0, 0, 0, 0],
      [null, null, null, null],
    ]);
  });

  it('refuses what it cannot do, before any request', () => {
    const windowed = view(ValueType.INT64, [], { timeWindowMs: 1000 });
    expect(() => new AggregationTransformer(windowed)).toThrow(NotSupportedError);
    expect(() => new AggregationTransformer(view(ValueType.INT64, [], { function: 'mode' }))).toThrow(
      "there is no aggregation 'mode' (known: sum, mean,",
    );
  });

  it('tells which value cannot be added up, and which column is not there', () => {
    const texts = view(ValueType.DOUBLE, [], { column: 'fee' });
    expect(() => values(texts, inputs([1, 1, 1, 1], [['fee', [1, 'x', 1, 1]]]))).toThrow(
      'On-demand feature view agg: fee[1] is a text, which has no sum',
    );
    expect(() => values(texts, inputs([1, 1, 1, 1]))).toThrow('there is no column fee to aggregate');
  });
});
