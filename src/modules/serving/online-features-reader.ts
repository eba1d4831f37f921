import { convertEntityColumn } from '../../common/codec/entity-value.codec.js';
import type { JsonWriter } from '../../common/codec/json-writer.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import { ValueType } from '../../common/model/value.js';
import type { OnlineStore } from '../online-store/online-store.js';
import { writeEchoColumn } from './echo-column.js';
import { entityRows, type EntityRows } from './entity-rows.js';
import type { OnlineFeaturesPlan } from './online-features.plan.js';
import { countRows, type OnlineFeaturesRequest } from './online-features.request.js';
import { type EchoedColumn, OnlineResponse } from './online-response.js';
import { VectorSink } from './precomputed/precomputed-read.js';
import type { ViewRows } from './response-cells.js';

const MAX_IDLE_RESPONSES = 4;

/** Is told how far a read is. */
export interface ReadTrace {
  storeBegins(): void;
  storeEnds(): void;
  rendered(response: OnlineResponse): void;
}

/** Reads what a plan says and renders the answer: the part of a read that a command shares with the server. */
export class OnlineFeaturesReader {
  /** Answers under construction hold large buffers: they are used again. */
  private readonly idleResponses: OnlineResponse[] = [];

  constructor(private readonly store: OnlineStore) {}

  /**
   * The answer to a read, as JSON text.
   *
   * Errors:  InvalidValueError, InvalidRequestError; UnavailableError when the store cannot answer before the deadline.
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
    const echo = binding.echo.map(({ name, source }) => {
      const column = columns[source] as EntityColumn;
      return { name, write: (out: JsonWriter) => writeEchoColumn(out, column) };
    });

    const response = this.idleResponses.pop() ?? new OnlineResponse();
    response.start(rows, views, { statuses: plan.statuses, maxBytes: plan.limits.answerBytes });
    trace?.storeBegins();
    const waiting = this.fill(response, plan, viewSets, deadline);
    // A response whose read failed is dropped: the store may still report to it.
    if (waiting === undefined) return this.finish(response, echo, trace);
    return waiting.then(() => this.finish(response, echo, trace));
  }

  /** Reads the views, or the precomputed vectors that stand for them. */
  private fill(
    { cells }: OnlineResponse,
    { precomputed, readPlan }: OnlineFeaturesPlan,
    viewSets: readonly EntityRows[],
    deadline: Deadline,
  ): void | Promise<void> {
    if (!precomputed) {
      const keys = viewSets.map((set) => set.keys);
      return this.store.read(readPlan, keys, cells, deadline);
    }
    // A vector lies under the key of the first view of its service.
    const { keys } = viewSets[0] as EntityRows;
    const sink = new VectorSink(keys.length);
    const waiting = this.store.read(precomputed.readPlan, [keys], sink, deadline);
    if (waiting === undefined) return precomputed.report(sink.vectors, cells);
    return waiting.then(() => precomputed.report(sink.vectors, cells));
  }

  private convert(plan: OnlineFeaturesPlan, name: string, request: OnlineFeaturesRequest): EntityColumn {
    const type = plan.columnTypes.get(name) ?? ValueType.UNKNOWN;
    return convertEntityColumn(name, type, request.entities.get(name) ?? []);
  }

  private finish(
    response: OnlineResponse,
    echo: readonly EchoedColumn[],
    trace: ReadTrace | undefined,
  ): Buffer {
    trace?.storeEnds();
    const answer = response.finish(echo);
    trace?.rendered(response);
    if (this.idleResponses.length < MAX_IDLE_RESPONSES) this.idleResponses.push(response);
    return answer;
  }
}
