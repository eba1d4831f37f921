import { Injectable } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { RegistryService } from '../registry/registry.service.js';
import { distanceMetric } from './distance-metric.js';
import { DocumentFinder, type FoundDocuments, inOrder } from './document-finder.js';
import { feastRows } from './document-keys.js';
import { type AnswerColumn, DocumentRows, plainColumn, writeFeatureValue, writeSingle } from './document-rows.js';
import { feastVectorSink } from './feast-vector-sink.js';
import { writeSearchAnswer } from './search-answer.js';
import { type SearchMode, searchMode } from './search-mode.js';
import { SearchObserver } from './search-observer.js';
import type { SearchPlan } from './search-plan.js';
import { SearchPlanner } from './search-planner.js';
import type { SearchRequest } from './search.request.js';

/** Answers `/search`: look up, authorise, search, read, render. */
@Injectable()
export class SearchService {
  /** Answers are as Feast gives them, where it gives one. */
  private readonly asFeast: boolean;

  constructor(
    private readonly registry: RegistryService,
    private readonly planner: SearchPlanner,
    private readonly finder: DocumentFinder,
    private readonly observer: SearchObserver,
    private readonly featureStore: FeatureStoreConfiguration,
    salver: SalverConfiguration,
  ) {
    this.asFeast = salver.config.readSemantics === 'feast';
  }

  /**
   * The answer to a search, as JSON text.
   *
   * Errors:  InvalidValueError, InvalidRequestError, NotFoundError, NotSupportedError, PermissionDeniedError;
   *          UnavailableError when registry or store cannot answer before the deadline.
   */
  // oxlint-disable-next-line max-params -- who searches what, where, and for how long
  search(caller: Caller, request: SearchRequest, endpoint: string, deadline: Deadline): Promise<Buffer> {
    return this.observer.observe(caller, endpoint, async (seen) => {
      const plan = this.planner.plan(caller, this.registry.snapshot(), request);
      seen.plan = plan;
      const mode = searchMode(this.featureStore.config.onlineStore, request, plan);
      const found = await this.find(plan, request, mode, deadline);
      seen.documents = found.hits.keys.length;
      return request.version === 1 ? this.answer1(request, plan, found) : this.answer2(request, plan, mode, found);
    });
  }

  // oxlint-disable-next-line max-params -- what is searched, how, and for how long
  private find(
    plan: SearchPlan,
    { metric, filter, topK, version }: SearchRequest,
    mode: SearchMode,
    deadline: Deadline,
  ): Promise<FoundDocuments> {
    const isHybrid = mode.vector !== undefined && mode.text !== undefined;
    const terms = {
      ...mode,
      metric: distanceMetric(plan.vectorField.vectorSearchMetric, metric),
      filter,
      filterTime: this.asFeast && !isHybrid ? 'after' : 'before',
      topK,
    } as const;
    const vectorField = plan.fieldOf.get(plan.vectorField.name);
    const isBlown = this.asFeast && version === 2 && mode.text === undefined && vectorField !== undefined;
    return this.finder.find(plan, terms, deadline, (cells) =>
      isBlown ? feastVectorSink(cells, vectorField) : cells,
    );
  }

  /** The first form: of what was asked for, join keys, the vector and the distance; nothing has a time. */
  private answer1({ vector }: SearchRequest, plan: SearchPlan, found: FoundDocuments): Buffer {
    const { keys, hits } = found;
    const count = hits.keys.length;
    const rows = this.rowsOf(found, inOrder(count));
    const columns = plan.features.flatMap((name): AnswerColumn[] => {
      const key = keys.joinKeys.indexOf(name);
      if (key >= 0) return [plainColumn(name, (out, row) => writeFeatureValue(out, keys.values[row]![key]!))];
      if (name === 'distance') return [plainColumn(name, (out, row) => writeSingle(out, hits.distances[row]!))];
      if (name !== plan.vectorField.name) return [];
      const field = plan.fieldOf.get(name)!;
      // Feast says of every document that its vector is the one that was searched for.
      return [
        plainColumn(name, (out, row) => {
          if (!this.asFeast) rows.writeCell(out, field, row);
          else {
            out.ascii('[');
            vector?.forEach((number, at) => {
              if (at > 0) out.ascii(',');
              writeSingle(out, number);
            });
            out.ascii(']');
          }
        }),
      ];
    });
    return writeSearchAnswer(columns, count, this.finder.options.answerBytes);
  }

  // oxlint-disable-next-line max-params -- what was asked for, how it was searched, and what was found
  private answer2(request: SearchRequest, plan: SearchPlan, mode: SearchMode, found: FoundDocuments): Buffer {
    const { hits, keys } = found;
    const count = hits.keys.length;
    const isHybrid = mode.vector !== undefined && mode.text !== undefined;
    // What Feast does not do is not done in its way.
    const asFeast = this.asFeast && !isHybrid;
    const rows = this.rowsOf(found, asFeast ? feastRows(keys) : inOrder(count));
    const distances = mode.vector === undefined ? hits.textRanks : hits.distances;
    const ranks = asFeast ? new Float64Array(count).fill(Number.NaN) : hits.textRanks;
    const columns = [
      ...plan.features.map((name) => rows.feature(name, plan.fieldOf.get(name)!)),
      rows.computed('distance', distances),
      ...(request.namesText ? [rows.computed('text_rank', ranks)] : []),
      ...keys.joinKeys.map((name, key) =>
        plainColumn(name, (out, row) => writeFeatureValue(out, keys.values[row]![key]!)),
      ),
    ];
    return writeSearchAnswer(columns, count, this.finder.options.answerBytes);
  }

  private rowsOf({ cells }: FoundDocuments, rowOf: Int32Array): DocumentRows {
    return new DocumentRows(cells, rowOf, this.finder.options.statuses);
  }
}
