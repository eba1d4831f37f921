import type { Deadline } from '../../common/model/deadline.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import type { JsonArray } from '../../common/model/json-value.js';
import type { FeatureValue } from '../../common/model/value.js';
import type {
  FeatureColumn,
  SourceColumns,
  TransformationInputs,
  TransformedColumns,
} from '../transformations/transformer.js';
import { writeColumn } from './echo-column.js';
import type { InputSink } from './input-sink.js';
import type { Computation, OnDemandPlan, SourcePlan } from './on-demand.plan.js';
import type { AnswerColumn } from './online-response.js';
import type { ViewRows } from './response-cells.js';

/** What a request brought to what is computed. */
export interface RequestRows {
  readonly rows: number;
  readonly data: ReadonlyMap<string, JsonArray>;
  /** Under the names that the request uses. */
  readonly joinKeys: ReadonlyMap<string, EntityColumn>;
}

/** Computes the on-demand views of one read from what was read. */
export class OnDemandRead {
  /** Inputs by row of the request, made where a computation needs them. */
  private readonly spread: (FeatureColumn | undefined)[] = [];

  constructor(
    private readonly plan: OnDemandPlan,
    private readonly request: RequestRows,
    private readonly views: readonly ViewRows[],
    private readonly inputs: InputSink,
  ) {}

  /**
   * The columns of the answer, in the order of the request. Nothing is computed without rows.
   *
   * Returns: a promise only where a transformation has to be waited for.
   * Errors:  those of the transformations.
   */
  compute(deadline: Deadline): readonly AnswerColumn[] | Promise<readonly AnswerColumn[]> {
    const { computations } = this.plan;
    if (this.request.rows === 0) return computations.flatMap(emptyColumns);
    const results = computations.map((one) => one.transformer.transform(this.inputsOf(one), deadline));
    if (results.some((result) => result instanceof Promise)) {
      const all = results.map((result) => Promise.resolve(result));
      return Promise.all(all).then((columns) => answerColumns(computations, columns));
    }
    return answerColumns(computations, results as readonly TransformedColumns[]);
  }

  private inputsOf({ sources, requestFields, features }: Computation): TransformationInputs {
    const { rows, data, joinKeys } = this.request;
    return {
      rows,
      wanted: features,
      sources: sources.map((source) => this.sourceColumns(source)),
      requestData: new Map(requestFields.map((name) => [name, data.get(name) ?? []])),
      joinKeys,
      place: 'entities',
    };
  }

  private sourceColumns({ name, view, features, joinKeys }: SourcePlan): SourceColumns {
    const keys = [...joinKeys].flatMap(([joinKey, requestName]) => {
      const column = this.request.joinKeys.get(requestName);
      return column ? [[joinKey, column] as const] : [];
    });
    return {
      name,
      features: new Map([...features].map(([feature, input]) => [feature, this.column(view, input)])),
      joinKeys: new Map(keys),
    };
  }

  private column(view: number, input: number): FeatureColumn {
    let column = this.spread[input];
    if (!column) {
      const distinct = this.inputs.columns[input] as readonly FeatureValue[];
      const { rowOf } = this.views[view] as ViewRows;
      // Distinct rows are numbered as they come: as many as there are rows are the rows.
      column = distinct.length === rowOf.length ? distinct : spreadValues(distinct, rowOf);
      this.spread[input] = column;
    }
    return column;
  }
}

function emptyColumns({ outputs }: Computation): AnswerColumn[] {
  return outputs.map(([, name]) => ({ name, rows: 0, write: () => 0, withoutTimes: true }));
}

function spreadValues(distinct: readonly FeatureValue[], rowOf: Int32Array): FeatureValue[] {
  const values = Array<FeatureValue>(rowOf.length);
  for (let row = 0; row < rowOf.length; row++) values[row] = distinct[rowOf[row] as number] as FeatureValue;
  return values;
}

function answerColumns(
  computations: readonly Computation[],
  results: readonly TransformedColumns[],
): readonly AnswerColumn[] {
  return computations.flatMap(({ outputs }, index) =>
    outputs.flatMap(([feature, name]) => {
      const column = results[index]?.get(feature);
      if (!column) return [];
      return [
        { name, rows: column.values.length, write: (out) => writeColumn(out, column) },
      ] satisfies AnswerColumn[];
    }),
  );
}
