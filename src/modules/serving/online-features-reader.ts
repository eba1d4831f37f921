import { InvalidValueError } from '../../common/errors/errors.js';
import { convertEntityColumn } from '../../common/codec/entity-value.codec.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import { ValueType } from '../../common/model/value.js';
import type { CellSink, OnlineStore } from '../online-store/online-store.js';
import { writeColumn } from './echo-column.js';
import { entityRows, type EntityRows } from './entity-rows.js';
import type { OnlineFeaturesPlan } from './online-features.plan.js';
import { countRows, type OnlineFeaturesRequest } from './online-features.request.js';
import { InputSink } from './input-sink.js';
import { assertRequestFields, type OnDemandPlan } from './on-demand.plan.js';
import { OnDemandRead, type RequestRows } from './on-demand-read.js';
import { type AnswerColumn, OnlineResponse } from './online-response.js';
import { VectorSink } from './precomputed/precomputed-read.js';
import type { ViewRows } from './response-cells.js';

const MAX_IDLE_RESPONSES = 4;

/** Is told how far a read is. */
export interface ReadTrace {
  storeBegins(): void;
  storeEnds(): void;
  rendered(response: OnlineResponse): void;
}

/** One read under way. */
interface Read {
  readonly plan: OnlineFeaturesPlan;
  readonly response: OnlineResponse;
  readonly echo: readonly AnswerColumn[];
  readonly deadline: Deadline;
  readonly trace: ReadTrace | undefined;
}

/** Reads what a plan says and renders the answer: the part of a read that a command shares with the server. */
export class OnlineFeaturesReader {
  /** Answers under construction hold large buffers: they are used again. */
  private readonly idleResponses: OnlineResponse[] = [];

  constructor(private readonly store: OnlineStore) {}

  /**
   * The answer to a read, as JSON text.
   *
   * Errors:  InvalidValueError, InvalidRequestError, NotFoundError, those of transformations; UnavailableError when the
   *          store cannot answer before the deadline.
   */
  answer(
    plan: OnlineFeaturesPlan,
    request: OnlineFeaturesRequest,
    deadline: Deadline,
    trace?: ReadTrace,
  ): Buffer | Promise<Buffer> {
    const names = [...request.entities.keys()];
    const columns = names.map((name) => this.convert(plan, name, request));
    const rows = countRows(request.entities);
    if (plan.onDemand) assertComputable(plan, request, rows);
    plan.assertAnswerable(rows);
    const binding = plan.bind(names);
    const sets = binding.keySets.map((keySet) => entityRows(keySet, names, columns, rows));
    const viewSets = binding.keySetOf.map((index) => sets[plan.precomputed ? 0 : index] as EntityRows);
    const views: ViewRows[] = viewSets.map(({ keys, rowOf }, view) => ({
      outputNames: plan.outputNames[view] as readonly string[],
      rowOf,
      distinctRows: keys.length,
      ttlMs: plan.ttlsMs[view] as number,
    }));
    const echo = binding.echo.map(({ name, source }) => echoed(name, columns[source] as EntityColumn, rows));

    const response = this.idleResponses.pop() ?? new OnlineResponse();
    response.start(rows, views, { statuses: plan.statuses, maxBytes: plan.limits.answerBytes });
    const read = { plan, response, echo, deadline, trace };
    if (plan.onDemand) {
      const { requestFields } = plan.onDemand;
      const keys = binding.echo.filter(({ name }) => !requestFields.has(name));
      const joinKeys = new Map(keys.map(({ name, source }) => [name, columns[source] as EntityColumn]));
      return this.answerComputed(read, views, viewSets, { rows, data: request.entities, joinKeys });
    }
    trace?.storeBegins();
    const waiting = this.fill(read, viewSets, response.cells);
    // A response whose read failed is dropped: the store may still report to it.
    if (waiting === undefined) return this.finish(read);
    return waiting.then(() => this.finish(read));
  }

  /** The same, with on-demand views that are computed from what is read. */
  private answerComputed(
    read: Read,
    views: readonly ViewRows[],
    viewSets: readonly EntityRows[],
    request: RequestRows,
  ): Buffer | Promise<Buffer> {
    const { plan, response, deadline, trace } = read;
    const onDemand = plan.onDemand as OnDemandPlan;
    const rules = { dropsStale: plan.statuses.stale === 'dropped', maxBytes: plan.limits.answerBytes };
    const inputs = new InputSink(onDemand, response.cells, views, rules);
    const compute = (): Buffer | Promise<Buffer> => {
      trace?.storeEnds();
      const computed = new OnDemandRead(onDemand, request, views, inputs).compute(deadline);
      if (!(computed instanceof Promise)) return this.render(read, computed);
      return computed.then((columns) => this.render(read, columns));
    };
    trace?.storeBegins();
    // Values of the request alone need no store.
    const waiting = views.length === 0 ? undefined : this.fill(read, viewSets, inputs);
    return waiting === undefined ? compute() : waiting.then(compute);
  }

  /** Reads the views, or the precomputed vectors that stand for them. */
  private fill(
    { plan: { precomputed, readPlan }, response: { cells }, deadline }: Read,
    viewSets: readonly EntityRows[],
    sink: CellSink,
  ): void | Promise<void> {
    if (!precomputed) {
      const keys = viewSets.map((set) => set.keys);
      return this.store.read(readPlan, keys, sink, deadline);
    }
    // A vector lies under the key of the first view of its service.
    const { keys } = viewSets[0] as EntityRows;
    const vectors = new VectorSink(keys.length);
    const waiting = this.store.read(precomputed.readPlan, [keys], vectors, deadline);
    if (waiting === undefined) return precomputed.report(vectors.vectors, cells);
    return waiting.then(() => precomputed.report(vectors.vectors, cells));
  }

  private convert(plan: OnlineFeaturesPlan, name: string, request: OnlineFeaturesRequest): EntityColumn {
    // What is handed to a computation as it was sent has no type here, unless the answer repeats it.
    if (plan.onDemand?.requestFields.has(name) && !plan.onDemand.echoedFields.includes(name)) return UNTYPED;
    const type = plan.columnTypes.get(name) ?? ValueType.UNKNOWN;
    return convertEntityColumn(name, type, request.entities.get(name) ?? []);
  }

  private finish(read: Read): Buffer {
    read.trace?.storeEnds();
    return this.render(read);
  }

  private render({ response, echo, trace }: Read, computed?: readonly AnswerColumn[]): Buffer {
    const answer = response.finish(echo, computed);
    trace?.rendered(response);
    if (this.idleResponses.length < MAX_IDLE_RESPONSES) this.idleResponses.push(response);
    return answer;
  }
}

const UNTYPED: EntityColumn = { type: ValueType.UNKNOWN, values: [] };

function echoed(name: string, column: EntityColumn, rows: number): AnswerColumn {
  return { name, rows, write: (out) => writeColumn(out, column) };
}

/**
 * Errors: NotFoundError for a field of the request that is not there, InvalidValueError for a request without rows that
 *         needs some of a view.
 */
function assertComputable(
  { onDemand, ttlsMs }: OnlineFeaturesPlan,
  { entities }: OnlineFeaturesRequest,
  rows: number,
): void {
  assertRequestFields(onDemand as OnDemandPlan, entities);
  if (rows > 0 || ttlsMs.length === 0) return;
  const msg =
    'the lists are empty: an on-demand feature view is computed from at least one row of its sources';
  throw InvalidValueError.at(['body', 'entities'], msg, 'too_short');
}
